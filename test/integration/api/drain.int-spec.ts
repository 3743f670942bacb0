import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WatchWorkflowExecutionsRequest } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { WatchWorkflowExecutionsResponse } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { drop, hold } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import type { Answer, SeenExecution } from './api-caller.ts';
import { grpcCaller } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

let proxy: FaultProxy;
let namespace: TestNamespace;

beforeAll(async () => {
  proxy = await new FaultProxy(apiCluster()).listen();
  namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'drain');
});

afterAll(async () => {
  await proxy.close();
  await namespace.delete();
});

/** A replica with two executions, `over-rest` and `over-grpc`; cancelling them reads them from the API server first. */
async function startReplica(settings: Readonly<Record<string, string>> = {}): Promise<RunningApi> {
  const api = await startApi(proxy.kubeConfig(), settings);
  await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
  for (const name of ['over-rest', 'over-grpc']) await restCaller(api).create(namespace.name, { name, spec: aSpec() });
  return api;
}
const readsOf = (name: string) => ({ method: 'GET', path: new RegExp(`/workflowexecutions/${name}$`) });
const arrivals = () => Promise.all(['over-rest', 'over-grpc'].map((name) => proxy.next(readsOf(name))));
const reads = readsOf('over-(rest|grpc)');

describe('shutdown', () => {
  let answers: readonly Answer<SeenExecution>[];
  const events: WatchWorkflowExecutionsResponse[] = [];
  let endOfWatch: unknown;
  let textOfWatch: string;

  beforeAll(async () => {
    const api = await startReplica();
    const request = WatchWorkflowExecutionsRequest.fromPartial({ parent: `namespaces/${namespace.name}` });
    const stream = api.grpc.watchWorkflowExecutions(request);
    stream.on('data', (event: WatchWorkflowExecutionsResponse) => events.push(event));
    const ended = new Promise<unknown>((resolve) => stream.once('error', resolve));
    const sse = await fetch(`${api.url}/api/v1/watch/namespaces/${namespace.name}/workflowexecutions`, {
      headers: api.headers,
    });
    await until('the watch is synced', () => events.some(({ type }) => type === 'WATCH_EVENT_TYPE_SYNCED'));
    const held = Promise.withResolvers<void>();
    const injection = proxy.inject(reads, hold(held.promise));
    const arrived = arrivals();
    const inFlight = Promise.all([
      restCaller(api).cancel(namespace.name, 'over-rest'),
      grpcCaller(api).cancel(namespace.name, 'over-grpc'),
    ]);
    await arrived;

    const stopped = api.stop();
    held.resolve();

    [answers, endOfWatch, textOfWatch] = await Promise.all([inFlight, ended, sse.text()]);
    await stopped;
    injection.remove();
  });

  it('finishes in-flight calls on both transports', () => {
    expect(answers.map(({ ok }) => ok?.name)).toEqual(['over-rest', 'over-grpc']);
  });

  it('ends watches with the resource version to resume from', () => {
    expect(endOfWatch).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('shutting down'),
    });
    expect(events.at(-1)?.resourceVersion).toMatch(/^\d+$/);
    expect(textOfWatch).toMatch(/event: error\ndata: \{.*shutting down/s);
  });
});

it('shutdown ends calls that take longer than WFE_SHUTDOWN_TIMEOUT', async () => {
  const api = await startReplica({ WFE_SHUTDOWN_TIMEOUT: '1s' });
  const injection = proxy.inject(reads, drop());
  const arrived = arrivals();
  const answers = Promise.allSettled([
    grpcCaller(api).cancel(namespace.name, 'over-grpc'),
    restCaller(api).cancel(namespace.name, 'over-rest'),
  ]);
  await arrived;

  await api.stop();

  const [overGrpc, overRest] = await answers;
  expect(overGrpc).toMatchObject({ status: 'fulfilled', value: { error: expect.anything() } });
  expect(overRest.status).toBe('rejected');
  injection.remove();
});
