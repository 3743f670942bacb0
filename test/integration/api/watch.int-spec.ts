import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { FakeClock } from '../../../src/kubernetes/fake-clock.builders.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import type { WorkflowExecutionSpec } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { bind, callerOf } from '../../support/callers.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { reset } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import type { ApiClient } from './api-client.ts';
import { grpcCaller } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { sharedApi } from './shared-api.ts';
import { grpcWatch, type OpenWatch, stateAfter, restWatch, type WatchRequest, type Watcher } from './watcher.ts';

const watches = { path: /\/workflowexecutions$/, watch: true };
/** A resource version that the cluster has not reached. */
const future = '9007199254740993000';

const kubernetes = new KubernetesClient(sharedCluster());
const [otherReplica] = await sharedApi();
/** The time by which the replica of this file sends bookmarks and waits for resource versions. */
const clock = new FakeClock();
let proxy: FaultProxy;
/** A replica behind the proxy. */
let api: RunningApi;
let namespace: TestNamespace;
const opened: Watcher[] = [];

beforeAll(async () => {
  proxy = await new FaultProxy(apiCluster()).listen();
  api = await startApi(proxy.kubeConfig(), { WFE_AUTH_CACHE: '1s' }, { clock });
  await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
});

afterAll(async () => {
  await api.stop();
  await proxy.close();
});

beforeEach(async () => {
  namespace = await createNamespace(kubernetes, 'watch');
});

afterEach(async () => {
  for (const watcher of opened.splice(0)) watcher.close();
  await namespace.delete();
});

/** Opens a watch of the test's namespace, which is closed after the test. */
function open(openWatch: OpenWatch, wanted?: WatchRequest, at: ApiClient = api, where = namespace.name): Watcher {
  const watcher = openWatch(at, where, wanted);
  opened.push(watcher);
  return watcher;
}

const keyOf = (name: string) => ({ namespace: namespace.name, name });
const create = (name: string, over: Partial<WorkflowExecutionSpec> = {}) =>
  kubernetes.create(workflowExecutionResource, {
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: keyOf(name),
    spec: aSpec(over),
  });
const run = (name: string, message = '') => {
  const status = { phase: 'Running', message };
  return kubernetes.patch(workflowExecutionResource, keyOf(name), { status }, { subresource: 'status' });
};
const remove = (name: string) => kubernetes.delete(workflowExecutionResource, keyOf(name));

/** Creates an execution `settled` and waits until both replicas have it, and so everything that was written before. */
async function settle(): Promise<void> {
  await create('settled');
  for (const at of [api, otherReplica]) {
    await open(grpcWatch, {}, at).until('it', (changes) => changes.includes('updated settled'));
  }
}

/** Advances the clock of the replica until a condition holds. */
function passTime(what: string, holds: () => boolean): Promise<void> {
  return until(what, async () => {
    await clock.advance(1_000);
    return holds();
  });
}

describe.each([
  ['REST', restWatch, restCaller],
  ['gRPC', grpcWatch, grpcCaller],
] as const)('a watch over %s', (transport, openWatch, callerOfApi) => {
  it('sends the current state, then synced, then every change', async () => {
    await create('a');
    await create('b');
    await settle();
    const watcher = await open(openWatch).synced();

    expect(watcher.changes).toEqual(['updated a', 'updated b', 'updated settled', 'synced']);
    const changed = await run('a');
    await remove('b');
    await watcher.until('the changes', (changes) => changes.length === 6);
    expect(watcher.changes.slice(4)).toEqual(['updated a', 'deleted b']);
    expect(watcher.events.filter(({ name }) => name === 'a').at(-1)?.version).toBe(changed.metadata.resourceVersion);
  });

  it('sends only executions that match its filters', async () => {
    const filters: readonly WatchRequest[] = [
      { name: 'b' },
      { workflowId: 'other' },
      { targetResource: 'x/deploy/b' },
      { remediationRequest: 'rr-b' },
      { workflowId: 'other', remediationRequest: 'rr-b' },
    ];
    await create('a');
    await create('b', {
      workflowRef: { ...aSpec().workflowRef, workflowId: 'other' },
      targetResource: 'x/deployment/b',
      remediationRequestRef: { name: 'rr-b' },
    });
    await settle();
    const watchers = await Promise.all(filters.map((wanted) => open(openWatch, wanted).synced()));
    await run('a');
    await run('b');
    await remove('a');
    await remove('b');

    for (const watcher of watchers) {
      await watcher.until('the deletion', (changes) => changes.includes('deleted b'));
      expect(watcher.changes).toEqual(['updated b', 'synced', 'updated b', 'deleted b']);
    }
  });

  it('of all namespaces includes this namespace', async () => {
    await create('everywhere');

    await open(openWatch, {}, api, '-').until('the execution', (changes) => changes.includes('updated everywhere'));
  });

  it.each([
    ['the same replica', () => api],
    ['another replica', () => otherReplica],
  ])('resumes at %s after any of its events and misses nothing', async (_, at) => {
    await settle();
    const watcher = await open(openWatch).synced();
    await create('a');
    await create('b');
    await run('a');
    await remove('a');
    await watcher.until('the deletion', (changes) => changes.includes('deleted a'));
    const events = [...watcher.events];
    await run('b');
    await remove('settled');
    await create('c');
    const resumed = events.map(({ resourceVersion }) => open(openWatch, { resourceVersion }, at()));
    for (const each of resumed) await each.until('the last change', (changes) => changes.includes('updated c'));

    const now = stateAfter((await open(openWatch).synced()).events);
    expect([...now.keys()].sort()).toEqual(['b', 'c']);
    resumed.forEach((each, index) => {
      expect(stateAfter([...events.slice(0, index + 1), ...each.events])).toEqual(now);
      // Whether the last change comes before or after `synced` depends on the replica.
      expect(each.changes.filter((changes) => changes !== 'synced').slice(-2)).toEqual([
        'deleted settled',
        'updated c',
      ]);
    });
  });

  it.each<[string, string, string]>([
    ['one that the replica has compacted', '1', 'OUT_OF_RANGE'],
    ['one that the cluster has not reached', future, 'OUT_OF_RANGE'],
    ['one that is not a number', 'yesterday', 'INVALID_ARGUMENT'],
    ['zero', '0', 'INVALID_ARGUMENT'],
  ])('does not resume from %s', async (_, resourceVersion, kind) => {
    const watcher = open(openWatch, { resourceVersion });
    await passTime('the watch ends', () => watcher.end !== undefined);

    expect(watcher.end?.kind).toBe(kind);
    if (kind === 'INVALID_ARGUMENT')
      expect(watcher.end?.text).toContain(transport === 'gRPC' ? 'resource_version: must be' : 'resourceVersion: must');
  });

  it('refuses a list for a resource version that the cluster has not reached', async () => {
    const answer = callerOfApi(api).list(namespace.name, { minResourceVersion: future });
    let text: string | undefined;
    void answer.then(({ error }) => (text = error?.text ?? 'no error'));
    await passTime('the list is answered', () => text !== undefined);

    expect(text).toContain(future);
  });

  it.each<[string, string, WatchRequest]>([
    ['a name in all namespaces', '-', { name: 'a' }],
    ['an invalid name', 'default', { name: 'A_b' }],
    ['an invalid target', 'default', { targetResource: 'x' }],
    ['an invalid namespace', 'A_b', {}],
  ])('refuses %s', async (_, where, wanted) => {
    expect((await open(openWatch, wanted, api, where).ended()).kind).toBe('INVALID_ARGUMENT');
  });

  it('sends a bookmark if nothing happens', async () => {
    const watcher = await open(openWatch).synced();
    await passTime('a bookmark comes', () => watcher.events.some(({ type }) => type === 'bookmark'));

    expect(watcher.events.at(-1)).toMatchObject({ type: 'bookmark', resourceVersion: expect.stringMatching(/^\d+$/) });
  });
});

it('watches end when their caller loses its permission', async () => {
  const options = { namespace: namespace.name, name: 'viewer' };
  const { token } = await callerOf(kubernetes, options);
  const revoke = await bind(kubernetes, 'workflow-execution-viewer', options, { namespace: namespace.name });
  const as = api.as(token);
  await until('the viewer may list', async () => {
    await clock.advance(1_000);
    return (await restCaller(as).list(namespace.name)).ok !== undefined;
  });
  const [rest, grpc] = [open(restWatch, {}, as), open(grpcWatch, {}, as)];
  for (const watcher of [rest, grpc]) await watcher.until('the state', (changes) => changes.includes('synced'));

  await revoke();

  for (const watcher of [rest, grpc]) {
    await passTime('the watch ends', () => watcher.end !== undefined);
    expect(watcher.end).toMatchObject({ kind: 'PERMISSION_DENIED' });
  }
  for (const openWatch of [restWatch, grpcWatch]) {
    expect((await open(openWatch, {}, as, '-').ended()).kind).toBe('PERMISSION_DENIED');
  }
});

it('a watch misses nothing when the connection to the API server breaks', async () => {
  await create('a');
  await create('b');
  await settle();
  const watcher = await open(grpcWatch).synced();
  const refused = proxy.inject(watches, reset());
  proxy.cut(watches);
  await remove('a');
  await create('c');
  await run('b');
  refused.remove();
  await watcher.until('all changes', (changes) => changes.length >= 7);

  expect(watcher.changes.slice(0, 4)).toEqual(['updated a', 'updated b', 'updated settled', 'synced']);
  expect(watcher.changes.slice(4).sort()).toEqual(['deleted a', 'updated b', 'updated c']);
});

it('watches share one watch of the API server', async () => {
  const before = proxy.seen(watches).length;
  const many = await Promise.all(Array.from({ length: 50 }, () => open(grpcWatch).synced()));
  await create('a');
  for (const watcher of many) await watcher.until('the change', (changes) => changes.includes('updated a'));

  expect(proxy.seen(watches).length).toBe(before);
});
