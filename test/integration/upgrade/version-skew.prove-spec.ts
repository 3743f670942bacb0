import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import type { Phase, WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../../src/workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { applyProduct, kubectl } from '../../support/product.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { startReconciler, type RunningReconciler } from '../reconciler/running-reconciler.ts';
import { answerWorkflow, waitingWorkflow } from '../reconciler/workflows.ts';
import { applyNewerSchema } from './newer-schema.ts';

const namespace = 'skew';
const key = { namespace, name: 'wfe' };
const target = 'node/skew';

let cluster: Cluster;
let config: PooledKubeConfig;
let client: KubernetesClient;
let reconciler: RunningReconciler;

// A separate cluster, with the CRD of another version.
beforeAll(async () => {
  cluster = await startCluster({ name: `skew-${process.pid}`, level: 'tekton', ignoreKubeconfig: true });
  config = loadKubeConfigFiles([cluster.kubeconfig]);
  client = new KubernetesClient(config);
  await kubectl(cluster, 'create', 'namespace', namespace);
  await applyProduct(cluster);
  reconciler = await startReconciler(config, namespace);
});

afterAll(async () => {
  await reconciler.stop();
  await config.close();
  await cluster.stop();
});

describe('an execution of a newer version', () => {
  it('is continued, and its unknown fields are kept', async () => {
    const containerImage = await publishWorkflow(publisherFor(cluster), 'skew:v1', waitingWorkflow);
    const workflowRef = { ...aSpec().workflowRef, containerImage };
    await client.create(workflowExecutionResource, {
      apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
      kind: 'WorkflowExecution',
      metadata: key,
      spec: aSpec({ workflowRef, targetResource: target }),
    });
    const running = await until('Running');
    await applyNewerSchema(cluster);
    await client.patch(workflowExecutionResource, key, { metadata: notes });
    await untilTaken({ status: { attempts: 2, conditions: [...(running.status?.conditions ?? []), condition] } });
    const lock = { namespace, name: lockName(target) };
    await client.patch(leaseResource, lock, { metadata: notes });

    await answerWorkflow(client, namespace, running.status?.pipelineRunRef?.name ?? '');
    const completed = await until('Completed');

    expect(completed.status).toMatchObject({ outcome: 'Success', attempts: 2 });
    expect(completed.status?.conditions).toContainEqual(condition);
    expect(completed.metadata).toMatchObject(notes);
    await client.delete(workflowExecutionResource, key);
    await waitFor(client, leaseResource, lock, 'the target is free', ([lease]) => !lease?.spec.holderIdentity);
    await expect(client.get(leaseResource, lock)).resolves.toMatchObject({ metadata: notes });
  });
});

const notes = {
  labels: { 'workflowexecution.kubernaut.ai/tier': 'gold' },
  annotations: { 'workflowexecution.kubernaut.ai/of-a-newer-version': 'yes' },
};

const condition = {
  type: 'OfANewerVersion',
  status: 'True',
  reason: 'Newer',
  message: 'nobody here knows it',
  lastTransitionTime: '2026-01-02T03:04:05Z',
} as const;

/** The API server takes a moment to accept a new field of its CRD. */
async function untilTaken(change: { readonly status: object }): Promise<void> {
  const taken = (execution: WorkflowExecution | undefined) =>
    execution?.status !== undefined && 'attempts' in execution.status;
  for (const end = performance.now() + 30_000; performance.now() < end;) {
    if (taken(await client.patch(workflowExecutionResource, key, change, { subresource: 'status' }))) return;
  }
  throw new Error('the API server does not take the fields of the newer schema');
}

async function until(phase: Phase): Promise<WorkflowExecution> {
  const holds = ([execution]: readonly WorkflowExecution[]) => execution !== undefined && phaseOf(execution) === phase;
  const [found] = await waitFor(client, workflowExecutionResource, key, `it is ${phase}`, holds);
  if (found === undefined) throw new Error('it is gone');
  return found;
}
