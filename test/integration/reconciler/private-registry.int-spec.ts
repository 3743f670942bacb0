import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../../../src/kubernetes/resource-type.ts';
import { startPrivateRegistry, type PrivateRegistry } from '../../support/private-registry.ts';
import { ReconcilerFixture } from './fixture.ts';
import { begunTask, skippingWorkflow, waitingWorkflow } from './workflows.ts';

const registry = process.env['WFE_TEST_REGISTRY'] ?? '';
const parse = (raw: unknown) => raw as KubernetesObject;
const core = { group: '', version: 'v1', namespaced: true, parse };
const secrets: ResourceType<KubernetesObject> = { ...core, plural: 'secrets', kind: 'Secret' };
const serviceAccounts: ResourceType<KubernetesObject> = { ...core, plural: 'serviceaccounts', kind: 'ServiceAccount' };

let fixture: ReconcilerFixture;
let privateRegistry: PrivateRegistry;

beforeAll(async () => {
  privateRegistry = await startPrivateRegistry(registry);
  fixture = await new ReconcilerFixture().open();
  await letIn('puller');
  await fixture.startReconciler();
});

afterAll(async () => {
  await fixture.close();
  await privateRegistry.close();
});

describe('a bundle in a registry with a password', () => {
  it.concurrent('runs as a ServiceAccount with the pull secret of the registry', async () => {
    await execute('let-in', 'puller');
    await expect(fixture.phase('let-in', 'Completed')).resolves.toHaveProperty('status.outcome', 'Success');
  });

  it.concurrent('does not run as another ServiceAccount', async () => {
    await execute('kept-out', 'somebody-else');
    const { status } = await fixture.phase('kept-out', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'BundleResolutionFailed', wasExecutionFailure: false });
    expect(status?.failure?.message).toContain('401');
  });
});

describe('the timeout of an execution', () => {
  it.concurrent('is that of its tasks, less the time for finally tasks (Tekton v1.11)', async () => {
    const executionConfig = { timeout: '2h30m', finallyTimeout: '30m' };
    await fixture.execute('takes-long', waitingWorkflow, { executionConfig });
    const { metadata } = await fixture.startedRun('takes-long');
    const task = await begunTask(fixture.client, fixture.namespace, metadata.name);

    const path = `/apis/tekton.dev/v1beta1/namespaces/${fixture.namespace}/customruns/${task?.metadata.name}`;
    expect(JSON.parse(await fixture.client.raw(path))).toHaveProperty('spec.timeout', '2h0m0s');
  });
});

async function execute(name: string, serviceAccountName: string): Promise<void> {
  const bundle = (await fixture.publish(name, skippingWorkflow)).replace(registry, privateRegistry.address);
  const workflowRef = { workflowId: name, version: '1', containerImage: bundle };
  await fixture.create(name, { workflowRef, executionConfig: { serviceAccountName } });
}

async function letIn(serviceAccount: string): Promise<void> {
  const { client, namespace } = fixture;
  const content = { '.dockerconfigjson': privateRegistry.dockerConfigJson };
  await client.create(secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'registry' } },
    ...{ type: 'kubernetes.io/dockerconfigjson', stringData: content },
  });
  await client.create(serviceAccounts, {
    ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: serviceAccount } },
    imagePullSecrets: [{ name: 'registry' }],
  });
}
