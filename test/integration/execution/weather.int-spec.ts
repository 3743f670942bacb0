import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer, drop, hold, reset, statusOf } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { createRequest, grpcCall, grpcCaller } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** What the API knows it tells from memory; of what it does not know the API server is asked. */
const reads = { method: 'GET', path: /\/workflowexecutions\/we-unknown$/ };
const lists = { method: 'GET', path: /\/workflowexecutions$/ };
const creates = { method: 'POST', path: /\/workflowexecutions$/ };
const terminating = {
  ...statusOf(403, 'unable to create new content in namespace x because it is being terminated'),
  details: { causes: [{ reason: 'NamespaceTerminating', message: 'namespace x is being terminated', field: '' }] },
};

describe('the execution API in bad weather', () => {
  let proxy: FaultProxy;
  let api: RunningApi;
  let namespace: TestNamespace;

  beforeAll(async () => {
    proxy = await new FaultProxy(serviceCluster()).listen();
    api = await startApi(proxy.kubeConfig());
    namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'weather');
  });

  afterAll(async () => {
    await api.stop();
    await proxy.close();
    await namespace.delete();
  });

  describe.each([
    ['REST', restCaller],
    ['gRPC', grpcCaller],
  ] as const)('over %s', (_, callerOf) => {
    it.each([
      ['refuses the service', answer(403), 'UNAVAILABLE', 1],
      ['does not know the service', answer(401), 'UNAVAILABLE', 1],
      ['has too much to do', answer(429, { headers: { 'retry-after': '7' } }), 'RESOURCE_EXHAUSTED', 7],
      ['fails', answer(500), 'UNAVAILABLE', 1],
      ['is going down', answer(503), 'UNAVAILABLE', 1],
      ['hangs up', reset(), 'UNAVAILABLE', 1],
      ['does not know the resource type', answer(404, { body: '404 page not found' }), 'UNAVAILABLE', 1],
    ])('says so when the API server %s', async (_what, fault, kind, retryAfterSeconds) => {
      const injection = proxy.inject(reads, fault);

      const { error } = await callerOf(api).get(namespace.name, 'we-unknown');
      injection.remove();

      expect(error).toMatchObject({ kind, retryAfterSeconds });
    });

    it('says what admission control has against an execution', async () => {
      const injection = proxy.inject(creates, answer(403, { body: JSON.stringify(statusOf(403, 'exceeded quota')) }));

      const { error } = await callerOf(api).create(namespace.name, { spec: aSpec() });
      injection.remove();

      expect(error).toMatchObject({ kind: 'PERMISSION_DENIED', text: 'exceeded quota' });
    });

    it('says that the namespace is being deleted', async () => {
      const injection = proxy.inject(creates, answer(403, { body: JSON.stringify(terminating) }));

      const { error } = await callerOf(api).create(namespace.name, { spec: aSpec() });
      injection.remove();

      expect(error).toMatchObject({
        kind: 'FAILED_PRECONDITION',
        text: `namespaces/${namespace.name} is being deleted`,
      });
    });
  });

  it('ends the call to the API server when the caller goes away', async () => {
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
});

describe('the execution API that has just started', () => {
  let release: () => void;
  let proxy: FaultProxy;
  let api: RunningApi;

  beforeAll(async () => {
    proxy = await new FaultProxy(serviceCluster()).listen();
    proxy.inject(lists, hold(new Promise<void>((resolve) => (release = resolve))));
    api = await startApi(proxy.kubeConfig());
  });

  afterAll(async () => {
    await api.stop();
    await proxy.close();
  });

  it('asks to come back for a list, and is not healthy, until it has read the cluster', async () => {
    const early = await Promise.all([restCaller(api).list('-'), grpcCaller(api).list('-')]);
    const healthBefore = await healthOf(api);
    release();
    await until('it has', async () => (await healthOf(api)) === 'SERVING');

    for (const { error } of early) expect(error).toMatchObject({ kind: 'UNAVAILABLE', retryAfterSeconds: 1 });
    expect(healthBefore).toBe('NOT_SERVING');
    expect((await grpcCaller(api).list('-', { limit: 1 })).error).toBeUndefined();
  });

  it('creates all the same', async () => {
    const { error } = await grpcCall((done) =>
      api.grpc.createWorkflowExecution(createRequest('test-no-such-namespace', { spec: aSpec() }), done),
    );

    expect(error?.code).toBe(status.NOT_FOUND);
  });
});
