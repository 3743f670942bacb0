import { expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { createNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

const namespaces = {
  ...{ group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
  parse: (raw: unknown) => raw as KubernetesObject,
};

it('a namespace with ended and running executions can be deleted', async () => {
  await using fixture = await new ReconcilerFixture().open();
  const { name: namespace } = await createNamespace(fixture.client, 'deleted');
  await fixture.startReconciler({ watchNamespaces: [namespace] });
  await create('ended', skippingWorkflow, 'Completed');
  await create('running', waitingWorkflow, 'Running');

  await fixture.client.delete(namespaces, { name: namespace });

  await until('the namespace is gone', async () => {
    return (await fixture.client.find(namespaces, { name: namespace })) === undefined;
  });

  async function create(name: string, workflow: string, phase: string): Promise<void> {
    const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
    const containerImage = await publishWorkflow(publisher, `${namespace}:${name}`, workflow);
    const workflowRef = { ...aSpec().workflowRef, containerImage };
    await fixture.client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace, name },
      spec: aSpec({ targetResource: `${namespace}/deployment/${name}`, workflowRef }),
    });
    const hasPhase = ([one]: readonly WorkflowExecution[]) => one?.status?.phase === phase;
    const found = await waitFor(fixture.client, workflowExecutionResource, { namespace, name }, phase, hasPhase);
    expect(found).toHaveLength(1);
  }
});
