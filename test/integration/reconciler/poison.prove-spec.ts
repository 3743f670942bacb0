import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import type {
  Phase,
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../../src/workflow-execution/execution.ts';
import { finalizer } from '../../../src/workflow-execution/metadata.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { applyProduct, kubectl, waitForCrd } from '../../support/product.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { startReconciler, type RunningReconciler } from './running-reconciler.ts';
import { waitingWorkflow } from './workflows.ts';

const crdFile = join(import.meta.dirname, '../../../crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml');
const namespace = 'poisoned';

let cluster: Cluster;
let config: PooledKubeConfig;
let client: KubernetesClient;
let reconciler: RunningReconciler | undefined;

// A cluster of its own: an older schema admits what the current schema would not.
beforeAll(async () => {
  cluster = await startCluster({ name: `poison-${process.pid}`, level: 'tekton', ignoreKubeconfig: true });
  config = loadKubeConfigFiles([cluster.kubeconfig]);
  client = new KubernetesClient(config);
  await kubectl(cluster, 'create', 'namespace', namespace);
});

afterAll(async () => {
  await reconciler?.stop();
  await config.close();
  await cluster.stop();
});

describe('executions of an older schema, and a PipelineRun with an absurd status,', () => {
  it('do not block others, and have the reason in their status if they can be parsed', async () => {
    await applyOlderSchema();
    await createRaw('no-target-that-can-be-understood', { ...aSpec(), targetResource: 'worker' });
    await createRaw('no-workflow', { ...aSpec(), workflowRef: undefined });
    await createRaw('a-number-as-target', { ...aSpec(), targetResource: 5 });
    await createRaw('a-megabyte', {
      ...aSpec(),
      targetResource: 'node/big',
      parameters: { BIG: 'x'.repeat(1_000_000) },
    });
    await applyProduct(cluster);
    reconciler = await startReconciler(config, namespace);
    const absurdRun = await runOf('with-absurd-run');
    // Tekton would reject and repair such a status: it is stopped from here on.
    await cluster.kill('tekton-controller');
    await kubectl(cluster, 'delete', 'mutatingwebhookconfigurations,validatingwebhookconfigurations', '--all');
    await patchStatus(absurdRun, absurd);

    await patchStatus(await runOf('good'), succeeded());

    await statusIn('good', 'Completed');
    const { failure } = await statusIn('no-target-that-can-be-understood', 'Failed');
    expect(failure).toMatchObject({ reason: 'ValidationFailed', wasExecutionFailure: false });
    expect(failure?.message).toContain('spec.targetResource "worker"');
    const refused = { namespace, name: 'no-target-that-can-be-understood' };
    const { metadata } = await client.get(workflowExecutionResource, refused);
    expect(metadata.finalizers).toEqual([finalizer]);
    await expect(statusIn('with-absurd-run', 'Failed')).resolves.toHaveProperty('failure.reason', 'UnknownStatus');
  });
});

/** Allowed by Tekton's schema but absurd: an unknown state, and an end before the start. */
const absurd = {
  conditions: [{ type: 'Succeeded', status: 'Perhaps' }],
  startTime: '2030-01-01T00:00:00Z',
  completionTime: '1999-01-01T00:00:00Z',
};

function succeeded(): object {
  const time = new Date().toISOString();
  const condition = { type: 'Succeeded', status: 'True', reason: 'Succeeded', message: 'by the test' };
  return { startTime: time, completionTime: time, conditions: [{ ...condition, lastTransitionTime: time }] };
}

/** Creates an execution and waits until it runs; the name of its PipelineRun. */
async function runOf(name: string): Promise<string> {
  const containerImage = await publishWorkflow(publisherFor(cluster), `${name}:v1`, waitingWorkflow);
  const workflowRef = { ...aSpec().workflowRef, containerImage };
  await client.create(workflowExecutionResource, object(name, aSpec({ workflowRef, targetResource: `node/${name}` })));
  const { pipelineRunRef } = await statusIn(name, 'Running');
  return pipelineRunRef?.name ?? '';
}

async function statusIn(name: string, phase: Phase): Promise<WorkflowExecutionStatus> {
  const holds = (all: readonly WorkflowExecution[]) => all.some((execution) => phaseOf(execution) === phase);
  const watched = { namespace, name };
  const [execution] = await waitFor(client, workflowExecutionResource, watched, `${name} is ${phase}`, holds, 60_000);
  return execution?.status ?? {};
}

async function applyOlderSchema(): Promise<void> {
  const crd = parse(await readFile(crdFile, 'utf8')) as {
    spec: { versions: { schema: object; selectableFields: unknown }[] };
  };
  for (const version of crd.spec.versions) {
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    version.schema = { openAPIV3Schema: open };
    delete version.selectableFields;
  }
  const file = join(cluster.directory, 'older.yaml');
  await writeFile(file, stringify(crd));
  await kubectl(cluster, 'apply', '--server-side', '-f', file);
  await waitForCrd(cluster);
  await kubectl(cluster, 'get', 'wfe', '--all-namespaces');
}

/** Creates an execution whose spec violates the types. */
async function createRaw(name: string, spec: object): Promise<void> {
  const asItComes = { ...workflowExecutionResource, parse: (raw: unknown) => raw as WorkflowExecution };
  await client.create(asItComes, object(name, spec));
}

function object(name: string, spec: object) {
  const { group, version, kind } = workflowExecutionResource;
  return { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name }, spec };
}

async function patchStatus(name: string, status: object): Promise<void> {
  await client.patch(pipelineRunResource, { namespace, name }, { status }, { subresource: 'status' });
}
