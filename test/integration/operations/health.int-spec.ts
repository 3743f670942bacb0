import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import { freePorts } from '../../cluster/ports.ts';
import type { ServiceProcess } from '../../support/service.ts';
import { healthOf } from '../api/health.ts';
import type { Injection } from '../support/fault-proxy.ts';
import { hold, reset } from '../support/faults.ts';
import { until } from '../../support/until.ts';
import { Replicas } from './replicas.ts';

type Page = 'livez' | 'readyz' | 'startupz';

const list = { path: '/workflowexecutions', query: /sendInitialEvents=true/ };
const readiness = { method: 'GET', path: '/readyz' };
const runbookFile = new URL('../../../docs/runbooks/WorkflowExecutionReplicasNotReady.md', import.meta.url);
const stores = { workflowexecutions: 'up', pipelineruns: 'up', leases: 'up' };

let health: string;

/** The status of a page and of each check. */
async function ask(page: Page): Promise<{ status: number; checks: Record<string, unknown> }> {
  const response = await fetch(`http://${health}/${page}`);
  const { details } = recordOf(parseJson(await response.text()));
  const checks = Object.entries(recordOf(details)).map(([name, check]) => [name, recordOf(check)['status']] as const);
  return { status: response.status, checks: Object.fromEntries(checks) };
}

// Each test continues with the replica of the previous one.
describe('a replica', () => {
  const listed = Promise.withResolvers<void>();
  let replicas: Replicas;
  let unanswered: Injection;
  let starting: Promise<ServiceProcess>;
  let service: ServiceProcess;

  beforeAll(async () => {
    replicas = await new Replicas().open();
    const { proxy } = replicas.fixture;
    health = `127.0.0.1:${(await freePorts(['health'])).health}`;
    proxy.inject(list, hold(listed.promise));
    unanswered = proxy.inject(readiness, reset());
    starting = replicas.start({ WFE_HEALTH_ADDRESS: health, WFE_DRAIN_DELAY: '20s' });
    await Promise.race([proxy.next(list), starting]);
  });

  afterAll(() => replicas.close());

  it('is live but not started before it has listed the executions', async () => {
    await expect(ask('startupz')).resolves.toMatchObject({ status: 503, checks: { workflowexecutions: 'down' } });
    await expect(ask('readyz')).resolves.toMatchObject({ status: 503 });
    await expect(ask('livez')).resolves.toMatchObject({ status: 200 });
  });

  it('is live and started, but not ready, while the API server does not respond', async () => {
    listed.resolve();
    service = await starting;
    await until('it has started', async () => (await ask('startupz')).status === 200);

    await expect(ask('readyz')).resolves.toMatchObject({ status: 503, checks: { ...stores, apiServer: 'down' } });
    await expect(healthOf({ grpcAddress: service.grpc })).resolves.toBe('NOT_SERVING');
    await expect(ask('livez')).resolves.toEqual({ status: 200, checks: { workLoop: 'up' } });
    unanswered.remove();
  });

  it('is ready when the API server responds', async () => {
    await until('/readyz is 200', async () => (await ask('readyz')).status === 200);

    await expect(ask('readyz')).resolves.toMatchObject({ checks: { ...stores, apiServer: 'up', shutdown: 'up' } });
    await expect(healthOf({ grpcAddress: service.grpc })).resolves.toBe('SERVING');
  });

  it('has only checks that the runbook explains', async () => {
    const runbook = readFileSync(runbookFile, 'utf8');
    const { checks } = await ask('readyz');

    expect(Object.keys(checks).filter((name) => !runbook.includes(`\`${name}\``))).toEqual([]);
  });

  it('serves nothing else on the ports of health and metrics', async () => {
    const statusOf = async (url: string, method = 'GET') => (await fetch(`http://${url}`, { method })).status;
    const { metrics } = service;

    await expect(statusOf(`${health}/`)).resolves.toBe(404);
    await expect(statusOf(`${health}/metrics`)).resolves.toBe(404);
    await expect(statusOf(`${health}/livez`, 'POST')).resolves.toBe(404);
    await expect(statusOf(`${metrics}/livez`)).resolves.toBe(404);
    await expect(statusOf(`${metrics}/openapi.json`)).resolves.toBe(404);
    await expect(statusOf(`${metrics}/metrics`, 'DELETE')).resolves.toBe(404);
  });

  it.each([
    ['after its response', 1, [1]],
    ['that pipelines requests', 50, [0, 1]],
  ])('closes a connection to health or metrics %s', async (_what, count, answers) => {
    const answersOn = async (address: string): Promise<number> => {
      const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1').setEncoding('utf8');
      socket.write('GET /none HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(count));
      let text = '';
      for await (const part of socket) text += String(part);
      return text.split('HTTP/1.1 ').length - 1;
    };

    expect(answers).toContain(await answersOn(health));
    expect(answers).toContain(await answersOn(service.metrics));
  });

  it('is not ready after SIGTERM, but live and still serving', async () => {
    process.kill(service.pid, 'SIGTERM');
    await until('/readyz is 503', async () => (await ask('readyz')).status === 503);

    await expect(ask('readyz')).resolves.toMatchObject({ checks: { apiServer: 'up', shutdown: 'down' } });
    await expect(healthOf({ grpcAddress: service.grpc })).resolves.toBe('NOT_SERVING');
    await expect(ask('livez')).resolves.toMatchObject({ status: 200 });
    const document = await fetch(`http://${service.http}/openapi.json`);
    expect([document.status, await document.json()]).toEqual([200, expect.objectContaining({ openapi: '3.1.0' })]);
  });
});
