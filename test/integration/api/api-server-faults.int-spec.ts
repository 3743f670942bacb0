import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer, drop, hold, reset, statusOf } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { grpcCall, grpcCaller } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** Executions in the cache are served from it; others are read from the API server. */
const reads = { method: 'GET', path: /\/workflowexecutions\/we-unknown$/ };
const lists = { method: 'GET', path: /\/workflowexecutions$/ };
const creates = { method: 'POST', path: /\/workflowexecutions$/ };
const terminating = {
  ...statusOf(403, 'unable to create new content in namespace x because it is being terminated'),
  details: { causes: [{ reason: 'NamespaceTerminating', message: 'namespace x is being terminated', field: '' }] },
};

let proxy: FaultProxy;
let api: RunningApi;
let namespace: TestNamespace;
const firstList = Promise.withResolvers<void>();

beforeAll(async () => {
  namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'weather');
  proxy = await new FaultProxy(apiCluster()).listen();
  proxy.inject(lists, hold(firstList.promise));
  api = await startApi(proxy.kubeConfig());
});

afterAll(async () => {
  await api.stop();
  await proxy.close();
  await namespace.delete();
});

describe('an API that has not listed the executions yet', () => {
  it('refuses lists for now, is not healthy and creates executions', async () => {
    const early = await Promise.all([restCaller(api).list('-'), grpcCaller(api).list('-')]);
    const health = await healthOf(api);
    const created = await grpcCaller(api).create(namespace.name, { name: 'early', spec: aSpec() });
    firstList.resolve();
    await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');

    for (const { error } of early) expect(error).toMatchObject({ kind: 'UNAVAILABLE', retryAfterSeconds: 1 });
    expect(health).toBe('NOT_SERVING');
    expect(created.ok?.name).toBe('early');
    expect((await grpcCaller(api).list('-', { limit: 1 })).error).toBeUndefined();
  });
});

describe.each([
  ['REST', restCaller],
  ['gRPC', grpcCaller],
] as const)('faults of the API server over %s', (_transport, callerOf) => {
  it.each([
    ['a refusal of the service', answer(403), 'UNAVAILABLE', 1],
    ['throttling', answer(429, { headers: { 'retry-after': '7' } }), 'RESOURCE_EXHAUSTED', 7],
    ['a reset connection', reset(), 'UNAVAILABLE', 1],
  ])('%s is an error with a retry time', async (_what, fault, kind, retryAfterSeconds) => {
    const injection = proxy.inject(reads, fault);

    const { error } = await callerOf(api).get(namespace.name, 'we-unknown');
    injection.remove();

    expect(error).toMatchObject({ kind, retryAfterSeconds });
  });

  it.each([
    ['exceeded quota', statusOf(403, 'exceeded quota'), 'PERMISSION_DENIED', () => 'exceeded quota'],
    [
      'a terminating namespace',
      terminating,
      'FAILED_PRECONDITION',
      () => `namespaces/${namespace.name} is being deleted`,
    ],
  ])('the caller gets %s', async (_what, body, kind, text) => {
    const injection = proxy.inject(creates, answer(403, { body: JSON.stringify(body) }));

    const { error } = await callerOf(api).create(namespace.name, { spec: aSpec() });
    injection.remove();

    expect(error).toMatchObject({ kind, text: text() });
  });
});

it('a call to the API server ends when its caller cancels', async () => {
  const injection = proxy.inject(reads, drop());
  const arrived = proxy.next(reads);
  const name = `namespaces/${namespace.name}/workflowExecutions/we-unknown`;

  const { error } = await grpcCall((done) => {
    const call = api.grpc.getWorkflowExecution({ name }, done);
    void arrived.then(() => call.cancel());
  });
  injection.remove();

  expect(error?.code).toBe(status.CANCELLED);
  await until('the call to the API server has ended', () => proxy.freeze(reads) === 0);
});
