import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { healthOf } from './health.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { grpcWatch, restWatch } from './watcher.ts';

const kubernetes = new KubernetesClient(sharedCluster());

describe('a watch of a service that serves some namespaces only', () => {
  let served: TestNamespace;
  let api: RunningApi;

  beforeAll(async () => {
    served = await createNamespace(kubernetes, 'served');
    api = await startApi(serviceCluster(), { WFE_WATCH_NAMESPACES: `kube-public,${served.name}` });
    await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
  });

  afterAll(async () => {
    await api.stop();
    await served.delete();
  });

  it.each([
    ['REST', restWatch, 'metadata.namespace'],
    ['gRPC', grpcWatch, 'parent'],
  ] as const)('refuses another one over %s, and names the field', async (_, openWatch, field) => {
    expect(await openWatch(api, 'default').ended()).toEqual({
      kind: 'INVALID_ARGUMENT',
      text: `${field}: must be one that this service serves (kube-public, ${served.name})`,
    });
  });

  it('tells of all of them together', async () => {
    const watcher = await grpcWatch(api, '-').synced();
    const metadata = { namespace: served.name, name: 'a' };
    const object = { apiVersion: workflowExecutionApiVersion, kind: workflowExecutionResource.kind, metadata };
    await kubernetes.create(workflowExecutionResource, { ...object, spec: aSpec() });
    await watcher.until('the execution', (told) => told.includes('updated a'));
    watcher.close();
  });
});

describe('a watch over REST', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await startApi(serviceCluster());
    await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
  });

  afterAll(() => api.stop());

  it('is a stream of events that nobody on the way keeps or holds back', async () => {
    const watcher = await restWatch(api, '-').synced();
    watcher.close();

    expect(watcher.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
  });

  it('is not mistaken for an execution of the name watch', async () => {
    const { status } = await fetch(`${api.url}/api/v1/namespaces/default/workflowexecutions/watch`, {
      headers: api.headers,
    });

    expect(status).toBe(404);
  });
});
