import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { NotFoundError } from '../../../src/kubernetes/errors.ts';
import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import type { Phase, WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../../src/workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { applyProduct, kubectl } from '../../support/product.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { answerWorkflow, begunTask, waitingWorkflow } from '../reconciler/workflows.ts';

const namespace = 'restore';
const settings = { WFE_WATCH_NAMESPACES: namespace, WFE_COOLDOWN: '0s', WFE_LEADER_ELECTION: 'false' };

let cluster: Cluster;
let config: PooledKubeConfig;
let client: KubernetesClient;
let service: ServiceProcess;

// A separate cluster, since etcd is restored.
beforeAll(async () => {
  cluster = await startCluster({ name: `restore-${process.pid}`, level: 'tekton', ignoreKubeconfig: true });
  await kubectl(cluster, 'create', 'namespace', namespace);
  await applyProduct(cluster);
  connect();
  await start();
});

afterAll(async () => {
  await service.stop('SIGKILL');
  await config.close();
  await cluster.stop();
});

describe('after etcd was restored from a backup', () => {
  it('Running executions of the backup continue with their PipelineRuns, and later ones are gone', async () => {
    await create('before');
    const before = await until('before', 'Running');
    const { name = '' } = before.status?.pipelineRunRef ?? {};
    // A resolver that starts with a pending request may fail it, which does not concern the service.
    await begunTask(client, namespace, name);
    await backUp();
    await create('after');
    await until('after', 'Running');

    await service.stop();
    await restore();
    await start();

    await expect(client.get(workflowExecutionResource, { namespace, name: 'after' })).rejects.toThrow(NotFoundError);
    await answerWorkflow(client, namespace, name);
    const { status } = await until('before', 'Completed');
    expect(status?.pipelineRunRef).toEqual(before.status?.pipelineRunRef);
    const { items } = await client.list(pipelineRunResource, { namespace });
    expect(items.map(({ metadata }) => metadata.uid)).toEqual([before.status?.pipelineRunRef?.uid]);
  });

  it('an execution that is recreated from its manifest is a new one, and runs', async () => {
    const old = await client.get(workflowExecutionResource, { namespace, name: 'before' });
    await client.delete(workflowExecutionResource, old.metadata);
    await waitFor(client, workflowExecutionResource, { namespace }, 'it is gone', (all) => all.length === 0);

    await client.create(workflowExecutionResource, { ...old, metadata: { namespace, name: 'before' } });

    const again = await until('before', 'Running');
    expect(again.metadata.uid).not.toBe(old.metadata.uid);
    expect(again.status?.pipelineRunRef?.uid).not.toBe(old.status?.pipelineRunRef?.uid);
  });
});

function connect(): void {
  config = loadKubeConfigFiles([cluster.kubeconfig]);
  client = new KubernetesClient(config);
}

async function start(): Promise<void> {
  service = await startService({ kubeconfig: await serviceKubeconfig(cluster, cluster.directory), settings });
}

const data = () => join(cluster.directory, 'etcd');
const backup = () => join(cluster.directory, 'etcd-backup');

async function backUp(): Promise<void> {
  await cluster.kill('etcd');
  await cp(data(), backup(), { recursive: true });
  await cluster.start('etcd');
}

/** Everything that watches is restarted, because its state is invalid. */
async function restore(): Promise<void> {
  await config.close();
  const watching = ['tekton-controller', 'tekton-resolvers', 'kube-controller-manager'];
  for (const component of [...watching, 'kube-apiserver', 'etcd']) await cluster.kill(component);
  await rm(data(), { recursive: true });
  await cp(backup(), data(), { recursive: true });
  for (const component of ['etcd', 'kube-apiserver']) await cluster.start(component);
  // Tekton's leases of the backup have no holder any more; delete them instead of waiting for their expiry.
  await kubectl(cluster, 'delete', 'leases', '--all', '--namespace', 'tekton-pipelines');
  for (const component of watching) await cluster.start(component);
  connect();
}

async function create(name: string): Promise<void> {
  const containerImage = await publishWorkflow(publisherFor(cluster), 'restore:v1', waitingWorkflow);
  const workflowRef = { ...aSpec().workflowRef, containerImage };
  await client.create(workflowExecutionResource, {
    apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
    kind: 'WorkflowExecution',
    metadata: { namespace, name },
    spec: aSpec({ workflowRef, targetResource: `node/${name}` }),
  });
}

async function until(name: string, phase: Phase): Promise<WorkflowExecution> {
  const holds = ([execution]: readonly WorkflowExecution[]) => execution !== undefined && phaseOf(execution) === phase;
  const [found] = await waitFor(client, workflowExecutionResource, { namespace, name }, `${name} is ${phase}`, holds);
  if (found === undefined) throw new Error(`${name} is gone`);
  return found;
}
