import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import { freePorts } from '../../cluster/ports.ts';
import type { ServiceProcess } from '../../support/service.ts';
import { healthOf } from '../execution/health.ts';
import { hold } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { Replicas } from './replicas.ts';

type Page = 'livez' | 'readyz' | 'startupz';

let replicas: Replicas;

beforeEach(async () => {
  replicas = await new Replicas().open();
});

afterEach(() => replicas.close());

/** What a page says: its status, and that of each check by its name. */
async function ask(health: string, page: Page): Promise<{ status: number; checks: Record<string, unknown> }> {
  const response = await fetch(`http://${health}/${page}`);
  const { details } = recordOf(parseJson(await response.text()));
  const checks = Object.entries(recordOf(details)).map(([name, check]) => [name, recordOf(check)['status']] as const);
  return { status: response.status, checks: Object.fromEntries(checks) };
}

async function untilReady({ health }: Pick<ServiceProcess, 'health'>, status: 200 | 503): Promise<void> {
  await until(`/readyz is ${status}`, async () => (await ask(health, 'readyz')).status === status);
}

describe('the service', () => {
  it('is ready while it knows the cluster and the API server answers, and lives on when that is away', async () => {
    const { proxy } = replicas.stage;
    const service = await replicas.start();
    const grpcAddress = service.grpc;
    await untilReady(service, 200);
    const stores = { workflowexecutions: 'up', pipelineruns: 'up', leases: 'up' };
    await expect(ask(service.health, 'readyz')).resolves.toMatchObject({
      checks: { ...stores, apiServer: 'up', shutdown: 'up' },
    });
    await expect(healthOf({ grpcAddress })).resolves.toBe('SERVING');

    await proxy.close();
    await untilReady(service, 503);

    await expect(ask(service.health, 'readyz')).resolves.toMatchObject({ checks: { ...stores, apiServer: 'down' } });
    await expect(healthOf({ grpcAddress })).resolves.toBe('NOT_SERVING');
    await expect(ask(service.health, 'livez')).resolves.toEqual({
      status: 200,
      checks: { eventLoop: 'up', workLoop: 'up' },
    });
    await expect(ask(service.health, 'startupz')).resolves.toMatchObject({ status: 200 });

    await proxy.listen();
    await untilReady(service, 200);
    await expect(healthOf({ grpcAddress })).resolves.toBe('SERVING');
  });

  it('has not started before it has read the executions of the cluster, and lives meanwhile', async () => {
    const [{ health }, read] = [await freePorts(['health']), Promise.withResolvers<void>()];
    const address = `127.0.0.1:${health}`;
    const list = { path: '/workflowexecutions', watch: false, query: /limit=/ };
    replicas.stage.proxy.inject(list, hold(read.promise));
    const listed = replicas.stage.proxy.next(list);
    const starting = replicas.start({ WFE_HEALTH_ADDRESS: address });
    await listed;

    await expect(ask(address, 'startupz')).resolves.toMatchObject({
      status: 503,
      checks: { workflowexecutions: 'down' },
    });
    await expect(ask(address, 'readyz')).resolves.toMatchObject({ status: 503 });
    await expect(ask(address, 'livez')).resolves.toMatchObject({ status: 200 });

    read.resolve();
    await starting;
    await until('it has started', async () => (await ask(address, 'startupz')).status === 200);
  });

  it('is not ready from the moment when it is told to stop, while it still answers', async () => {
    const service = await replicas.start({ WFE_DRAIN_DELAY: '20s' });
    await untilReady(service, 200);

    process.kill(service.pid, 'SIGTERM');
    await untilReady(service, 503);

    await expect(ask(service.health, 'readyz')).resolves.toMatchObject({
      checks: { apiServer: 'up', shutdown: 'down' },
    });
    await expect(healthOf({ grpcAddress: service.grpc })).resolves.toBe('NOT_SERVING');
    await expect(ask(service.health, 'livez')).resolves.toMatchObject({ status: 200 });
    await expect(fetch(`http://${service.http}/openapi.json`)).resolves.toMatchObject({ status: 200 });
  });

  it('answers nothing else on the ports of health and metrics', async () => {
    const { health, metrics } = await replicas.start();
    const statusOf = async (url: string, method = 'GET') => (await fetch(`http://${url}`, { method })).status;

    await expect(statusOf(`${health}/`)).resolves.toBe(404);
    await expect(statusOf(`${health}/metrics`)).resolves.toBe(404);
    await expect(statusOf(`${health}/livez`, 'POST')).resolves.toBe(404);
    await expect(statusOf(`${metrics}/livez`)).resolves.toBe(404);
    await expect(statusOf(`${metrics}/openapi.json`)).resolves.toBe(404);
    await expect(statusOf(`${metrics}/metrics`, 'DELETE')).resolves.toBe(404);
  });
});
