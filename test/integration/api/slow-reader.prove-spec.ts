import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { healthOf } from './health.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { grpcWatch, stateAfter, restWatch } from './watcher.ts';

/** 100 MB in all. Linux buffers up to 36 MB of a connection whose reader pauses (tcp_rmem, tcp_wmem). */
const [executions, updates, noteLength] = [20, 50, 100_000];

const kubernetes = new KubernetesClient(sharedCluster());
let api: RunningApi;

beforeAll(async () => {
  api = await startApi(apiCluster());
  await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
});

afterAll(() => api.stop());

describe.each([
  ['REST', restWatch],
  ['gRPC', grpcWatch],
] as const)('a watch over %s', (_transport, openWatch) => {
  let namespace: TestNamespace;

  beforeAll(async () => {
    namespace = await createNamespace(kubernetes, 'slow-reader');
  });

  afterAll(() => namespace.delete());

  it('skips intermediate states for a slow reader and buffers nothing for it', async () => {
    const keys = Array.from({ length: executions }, (_, index) => ({ namespace: namespace.name, name: `we-${index}` }));
    const { kind } = workflowExecutionResource;
    for (const metadata of keys) {
      const object = { apiVersion: workflowExecutionApiVersion, kind, metadata, spec: aSpec() };
      await kubernetes.create(workflowExecutionResource, object);
    }
    const slow = await openWatch(api, namespace.name).synced();
    const quick = await openWatch(api, namespace.name).synced();
    slow.pause();
    const before = slow.events.length;

    for (let round = 0; round < updates; round++) {
      const change = { metadata: { annotations: { note: `${round} ${'x'.repeat(noteLength)}` } } };
      await Promise.all(keys.map((key) => kubernetes.patch(workflowExecutionResource, key, change)));
    }
    await kubernetes.delete(workflowExecutionResource, { namespace: namespace.name, name: 'we-0' });
    await quick.until('the deletion', (events) => events.includes('deleted we-0'));
    slow.pause(false);
    await slow.until('the deletion', (events) => events.includes('deleted we-0'));
    for (const watcher of [slow, quick]) watcher.close();

    expect(stateAfter(slow.events)).toEqual(stateAfter(quick.events));
    // Events in the connection's buffers arrive unchanged; after these only the last state.
    expect(slow.events.length - before).toBeLessThan((updates * executions) / 2);
  });
});
