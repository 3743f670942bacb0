import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import type { WorkflowExecutionSpec } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { bind, callerOf } from '../../support/callers.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { reset } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { healthOf } from './health.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { grpcWatch, restWatch, type SeenEvent, type WantedWatch, type Watcher } from './watcher.ts';

const kubernetes = new KubernetesClient(sharedCluster());
const watches = { path: /\/workflowexecutions$/, watch: true };

/** What a client knows after these events: the versions of the executions there are, by name. */
function picture(events: readonly SeenEvent[]): Map<string, string | undefined> {
  const known = new Map<string, string | undefined>();
  for (const { type, name, version } of events) {
    if (name !== undefined && type === 'updated') known.set(name, version);
    if (name !== undefined && type === 'deleted') known.delete(name);
  }
  return known;
}

let proxy: FaultProxy;
/** Two replicas: the first one speaks to the API server through the proxy. */
let replicas: [RunningApi, RunningApi];

beforeAll(async () => {
  proxy = await new FaultProxy(serviceCluster()).listen();
  replicas = [await startApi(proxy.kubeConfig(), { WFE_AUTH_CACHE: '1s' }), await startApi(serviceCluster())];
  for (const replica of replicas) await until('it is healthy', async () => (await healthOf(replica)) === 'SERVING');
});

afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await proxy.close();
});

describe.each([
  ['REST', restWatch],
  ['gRPC', grpcWatch],
] as const)('a watch over %s', (transport, openWatch) => {
  let namespace: TestNamespace;
  let opened: Watcher[];

  beforeEach(async () => {
    namespace = await createNamespace(kubernetes, 'watch');
    opened = [];
  });

  afterEach(async () => {
    for (const watcher of opened) watcher.close();
    await namespace.delete();
  });

  /** Watches the test's namespace at a replica. */
  const watch = (wanted: WantedWatch = {}, replica = 0, where = namespace.name): Watcher => {
    const watcher = openWatch(replicas[replica]!, where, wanted);
    opened.push(watcher);
    return watcher;
  };
  const create = (name: string, over: Partial<WorkflowExecutionSpec> = {}) =>
    kubernetes.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace: namespace.name, name },
      spec: aSpec(over),
    });
  const keyOf = (name: string) => ({ namespace: namespace.name, name });
  const run = (name: string, message = '') =>
    kubernetes.patch(
      workflowExecutionResource,
      keyOf(name),
      { status: { phase: 'Running', message } },
      { subresource: 'status' },
    );
  const remove = (name: string) => kubernetes.delete(workflowExecutionResource, keyOf(name));
  /** Waits until both replicas know what the cluster knows. */
  const settled = async () => {
    await create('settled');
    for (const replica of [0, 1]) await watch({}, replica).until('it', (told) => told.includes('updated settled'));
  };

  it('tells the current state, then that this was all, then every change and the end', async () => {
    await create('a');
    await create('b');
    await settled();
    const watcher = await watch().synced();

    expect(watcher.told).toEqual(['updated a', 'updated b', 'updated settled', 'synced']);
    const changed = await run('a');
    await remove('b');
    await watcher.until('the changes', (told) => told.length === 6);
    expect(watcher.told.slice(4)).toEqual(['updated a', 'deleted b']);
    expect(watcher.events.filter(({ name }) => name === 'a').at(-1)?.version).toBe(changed.metadata.resourceVersion);
  });

  it.each<[string, WantedWatch]>([
    ['of a name', { name: 'b' }],
    ['of a workflow', { workflowId: 'other' }],
    ['of a target, under any name of its kind', { targetResource: 'x/deploy/b' }],
    ['of a RemediationRequest', { remediationRequest: 'rr-b' }],
    ['of all of these', { workflowId: 'other', remediationRequest: 'rr-b' }],
  ])('tells of executions %s only', async (_, wanted) => {
    const other = {
      workflowRef: { ...aSpec().workflowRef, workflowId: 'other' },
      targetResource: 'x/deployment/b',
      remediationRequestRef: { name: 'rr-b' },
    };
    await create('a');
    await create('b', other);
    await settled();
    const watcher = await watch(wanted).synced();
    await run('a');
    await run('b');
    await remove('a');
    await remove('b');
    await watcher.until('the end', (told) => told.includes('deleted b'));

    expect(watcher.told).toEqual(['updated b', 'synced', 'updated b', 'deleted b']);
  });

  it('tells of all namespaces', async () => {
    await create('everywhere');
    const watcher = watch({}, 0, '-');

    await watcher.until('of the execution', (told) => told.includes('updated everywhere'));
  });

  it.each([
    ['the same replica', 0],
    ['another replica', 1],
  ])('goes on at %s after any of its events, and misses nothing', async (_, replica) => {
    await settled();
    const watcher = await watch().synced();
    await create('a');
    await create('b');
    await run('a');
    await remove('a');
    await watcher.until('the end', (told) => told.includes('deleted a'));
    const events = [...watcher.events];
    await run('b');
    await remove('settled');
    await create('c');
    const resumed = events.map(({ resourceVersion }) => watch({ resourceVersion }, replica));
    for (const each of resumed) await each.until('what came last', (told) => told.includes('updated c'));

    const last = await watch().synced();
    const now = picture(last.events);
    expect([...now.keys()].sort()).toEqual(['b', 'c']);
    resumed.forEach((each, index) => {
      expect(picture([...events.slice(0, index + 1), ...each.events])).toEqual(now);
      // Whether this replica knew of the last change before it had told the state is its own affair.
      expect(each.told.filter((told) => told !== 'synced').slice(-2)).toEqual(['deleted settled', 'updated c']);
    });
  });

  it.each<[string, string, string]>([
    ['is older than what the replica knows', '1', 'OUT_OF_RANGE'],
    ['no cluster has come to yet', '9007199254740993000', 'OUT_OF_RANGE'],
    ['is none', 'yesterday', 'INVALID_ARGUMENT'],
    ['is none, though a number', '0', 'INVALID_ARGUMENT'],
  ])('says that a position %s', async (_, resourceVersion, kind) => {
    const end = await watch({ resourceVersion }).ended();

    expect(end.kind).toBe(kind);
    if (kind === 'INVALID_ARGUMENT')
      expect(end.text).toContain(transport === 'gRPC' ? 'resource_version: must be' : 'resourceVersion: must be');
  });

  it.each<[string, string, WantedWatch]>([
    ['a name in all namespaces', '-', { name: 'a' }],
    ['a name that is none', 'default', { name: 'A_b' }],
    ['a target that is none', 'default', { targetResource: 'x' }],
    ['a namespace that is none', 'A_b', {}],
  ])('refuses %s', async (_, where, wanted) => {
    expect((await watch(wanted, 0, where).ended()).kind).toBe('INVALID_ARGUMENT');
  });

  it('misses nothing when the connection to the API server breaks', async () => {
    await create('a');
    await create('b');
    const watcher = await watch().synced();
    const refused = proxy.inject(watches, reset());
    proxy.cut(watches);
    await remove('a');
    await create('c');
    await run('b');
    refused.remove();
    await watcher.until('all of it', (told) => told.length >= 6);

    expect(watcher.told.slice(0, 3)).toEqual(['updated a', 'updated b', 'synced']);
    expect(watcher.told.slice(3).sort()).toEqual(['deleted a', 'updated b', 'updated c']);
  });

  it('tells a slow reader the latest state of each execution, and keeps nothing for it meanwhile', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `slow-${index}`);
    for (const name of names) await create(name);
    const [slow, quick] = [await watch().synced(), await watch().synced()];
    slow.pause();
    const before = slow.events.length;
    const rounds = 150;
    for (let round = 0; round < rounds; round++) {
      await Promise.all(names.map((name) => run(name, `${round} ${'x'.repeat(4_000)}`)));
    }
    await remove('slow-0');
    await quick.until('the end', (told) => told.includes('deleted slow-0'));
    slow.pause(false);
    await slow.until('the end', (told) => told.includes('deleted slow-0'));

    expect(picture(slow.events)).toEqual(picture(quick.events));
    // What the connection holds by itself is told as it was; of all that came after that only the last.
    expect(slow.events.length - before).toBeLessThan((rounds * names.length) / 2);
  }, 120_000);

  it('ends as soon as the right of its caller does', async () => {
    const options = { namespace: namespace.name, name: 'viewer' };
    const viewer = await callerOf(kubernetes, options);
    const revoke = await bind(kubernetes, 'workflow-execution-viewer', options, { namespace: namespace.name });
    const as = replicas[0].as(viewer.token);
    const open = () => {
      const watcher = openWatch(as, namespace.name);
      opened.push(watcher);
      return watcher;
    };
    let watcher = open();
    await until('the viewer may watch', async () => {
      await until('it is answered', () => watcher.events.length > 0 || watcher.end !== undefined);
      if (watcher.end !== undefined) watcher = open();
      return watcher.told.includes('synced');
    });
    await revoke();

    expect(await watcher.ended()).toMatchObject({ kind: 'PERMISSION_DENIED' });
    expect((await openWatch(as, '-').ended()).kind).toBe('PERMISSION_DENIED');
  });

  it('costs the API server nothing, however many there are', async () => {
    const before = proxy.seen(watches).length;
    const many = await Promise.all(Array.from({ length: 50 }, () => watch().synced()));
    await create('a');
    for (const each of many) await each.until('the change', (told) => told.includes('updated a'));

    expect(proxy.seen(watches).length).toBe(before);
  });

  it('says something when nothing happens', async () => {
    const watcher = await watch().synced();
    await until('there is a bookmark', () => watcher.events.some(({ type }) => type === 'bookmark'));

    expect(watcher.events.at(-1)).toMatchObject({ type: 'bookmark', resourceVersion: expect.stringMatching(/^\d+$/) });
  }, 60_000);
});
