import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WatchWorkflowExecutionsRequest } from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { WatchWorkflowExecutionsResponse } from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { drop, hold } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { grpcCaller } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** A cancellation begins with what the API server says of the execution. */
const reads = { method: 'GET', path: /\/workflowexecutions\/we-1$/ };

describe('a service that is told to stop', () => {
  let proxy: FaultProxy;
  let namespace: TestNamespace;
  let api: RunningApi;

  beforeAll(async () => {
    proxy = await new FaultProxy(serviceCluster()).listen();
    namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'drain');
  });
  beforeEach(async () => {
    api = await startApi(proxy.kubeConfig(), { WFE_SHUTDOWN_TIMEOUT: '1s' });
    await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
    await restCaller(api).create(namespace.name, { name: 'we-1', spec: aSpec() });
  });
  afterAll(async () => {
    await proxy.close();
    await namespace.delete();
  });

  it.each([
    ['REST', restCaller],
    ['gRPC', grpcCaller],
  ] as const)('answers what it was asked before, over %s', async (_, callerOf) => {
    let release = (): void => undefined;
    const injection = proxy.inject(reads, hold(new Promise<void>((resolve) => (release = resolve))));
    const arrived = proxy.next(reads);

    const answer = callerOf(api).cancel(namespace.name, 'we-1');
    await arrived;
    const stopped = api.stop();
    release();

    expect((await answer).ok?.name).toBe('we-1');
    await stopped;
    injection.remove();
  });

  it('ends what takes longer than the limit', async () => {
    const injection = proxy.inject(reads, drop());
    const arrived = proxy.next(reads);
    const answers = Promise.allSettled([
      grpcCaller(api).cancel(namespace.name, 'we-1'),
      restCaller(api).cancel(namespace.name, 'we-1'),
    ]);
    await arrived;

    await api.stop();

    const [overGrpc, overRest] = await answers;
    expect(overGrpc).toMatchObject({ status: 'fulfilled', value: { error: expect.anything() } });
    expect(overRest.status).toBe('rejected');
    injection.remove();
  });

  it('tells watches to go on elsewhere, with when and from where', async () => {
    const events: WatchWorkflowExecutionsResponse[] = [];
    const request = WatchWorkflowExecutionsRequest.fromPartial({ parent: `namespaces/${namespace.name}` });
    const stream = api.grpc.watchWorkflowExecutions(request);
    stream.on('data', (event: WatchWorkflowExecutionsResponse) => events.push(event));
    const ended = new Promise<unknown>((resolve) => stream.once('error', resolve));
    const sse = await fetch(`${api.url}/api/v1/watch/namespaces/${namespace.name}/workflowexecutions`, {
      headers: api.headers,
    });
    await until('the watch has told the state', () => events.some(({ type }) => type === 'WATCH_EVENT_TYPE_SYNCED'));

    await api.stop();

    expect(await ended).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'this replica stops: go on at another one, from the last resource version',
    });
    expect(events.at(-1)?.resourceVersion).toMatch(/^\d+$/);
    expect(await sse.text()).toMatch(/event: error\ndata: \{.*this replica stops/s);
  });
});
