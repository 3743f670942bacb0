import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { phaseOf } from '../../../src/workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { skippingWorkflow } from '../reconciler/workflows.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { letApiReadPauses, letServiceKeepLocks } from '../support/service-rights.ts';

const client = new KubernetesClient(sharedCluster());
const started: ServiceProcess[] = [];
let namespace: TestNamespace;
let image: string;

beforeAll(async () => {
  namespace = await createNamespace(client, 'roles');
  await letServiceKeepLocks(client, namespace.name);
  await letApiReadPauses(client, namespace.name);
  const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
  image = await publishWorkflow(publisher, `${namespace.name}:v1`, skippingWorkflow);
});

afterAll(async () => {
  await Promise.all(started.map((service) => service.stop()));
  await namespace.delete();
});

async function start(
  role: 'api' | 'controller',
  settings: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const own = {
    WFE_ROLES: role,
    WFE_NAMESPACE: namespace.name,
    WFE_WATCH_NAMESPACES: namespace.name,
    WFE_LEADER_ELECTION: 'false',
    WFE_AUTH: 'none',
  };
  const kubeconfig = process.env[`WFE_TEST_${role.toUpperCase()}_KUBECONFIG`] ?? '';
  const service = await startService({ kubeconfig, settings: { ...own, ...settings } });
  started.push(service);
  return service;
}

describe('WFE_ROLES', () => {
  it('api serves calls and does not reconcile', async () => {
    const api = await start('api');
    const url = `http://${api.http}/api/v1/namespaces/${namespace.name}/workflowexecutions`;
    const spec = aSpec({
      targetResource: 'node/roles',
      workflowRef: { ...aSpec().workflowRef, containerImage: image },
    });
    const headers = { 'content-type': 'application/json' };
    const created = await fetch(`${url}?requestId=roles`, { method: 'POST', headers, body: JSON.stringify({ spec }) });
    expect(created.status).toBe(201);
    const { metadata } = (await created.json()) as { metadata: { name: string } };
    const key = { namespace: namespace.name, name: metadata.name };

    // With only the API running nothing can write a status; the controller then runs it.
    expect((await client.get(workflowExecutionResource, key)).status?.phase).toBeUndefined();
    await start('controller');

    const isCompleted = ([execution]: readonly Parameters<typeof phaseOf>[0][]) =>
      execution !== undefined && phaseOf(execution) === 'Completed';
    await waitFor(client, workflowExecutionResource, key, 'the controller has run it', isCompleted);
    const live = await fetch(`http://${api.health}/livez?verbose`);
    await expect(live.text()).resolves.not.toContain('workLoop');
  });

  it('controller opens only the ports of metrics and health', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const settings = { WFE_HTTP_ADDRESS: `127.0.0.1:${port}`, WFE_GRPC_ADDRESS: `127.0.0.1:${port}` };

    const controller = await start('controller', settings);
    taken.close();

    expect(controller).toMatchObject({ http: '', grpc: '' });
    await until('the controller is ready', async () => (await fetch(`http://${controller.health}/readyz`)).ok);
    await expect(fetch(`http://${controller.metrics}/metrics`)).resolves.toHaveProperty('status', 200);
  });
});
