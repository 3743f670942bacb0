import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toGrpcField } from '../../../src/api/grpc/field-path.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { callerOf } from '../../support/callers.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { grpcCaller } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { grpcWatch, restWatch } from './watcher.ts';

/** The burst of calls of a caller; only one test exceeds it. */
const burst = 50;

const kubernetes = new KubernetesClient(sharedCluster());
let namespace: TestNamespace;
let proxy: FaultProxy;
let api: RunningApi;

beforeAll(async () => {
  namespace = await createNamespace(kubernetes, 'settings');
  proxy = await new FaultProxy(apiCluster()).listen();
  api = await startApi(proxy.kubeConfig(), {
    WFE_WATCH_NAMESPACES: `kube-public,${namespace.name}`,
    WFE_ALLOWED_BUNDLES: 'quay.io/kubernaut/*',
    WFE_ALLOWED_SERVICE_ACCOUNTS: '*:workflow-execution-sa',
    WFE_AUTH_CACHE: '1m',
    WFE_RATE_LIMIT: '1',
    WFE_RATE_BURST: String(burst),
  });
  await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
});

afterAll(async () => {
  await api.stop();
  await proxy.close();
  await namespace.delete();
});

describe.each([
  ['REST', restCaller, restWatch, (field: string) => field],
  ['gRPC', grpcCaller, grpcWatch, (field: string) => toGrpcField(field.split('.'))],
] as const)('the settings over %s', (transport, callerOfApi, openWatch, spelled) => {
  it('policy: an execution is refused with every field that breaks it, and not created', async () => {
    const name = `refused-${transport.toLowerCase()}`;
    const spec = aSpec({
      workflowRef: { ...aSpec().workflowRef, containerImage: 'quay.io/kubernaut-evil/oomkill:v1' },
      executionConfig: { serviceAccountName: 'admin' },
    });

    const { error } = await callerOfApi(api).create(namespace.name, { name, spec });

    expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT' });
    expect(error?.rules).toEqual({
      [spelled('spec.workflowRef.containerImage')]: expect.stringContaining('WFE_ALLOWED_BUNDLES'),
      [spelled('spec.executionConfig.serviceAccountName')]: expect.stringContaining('WFE_ALLOWED_SERVICE_ACCOUNTS'),
    });
    const { items } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });
    expect(items.map(({ metadata }) => metadata.name)).not.toContain(name);
  });

  it('policy: an allowed execution is created', async () => {
    const { ok } = await callerOfApi(api).create(namespace.name, { spec: aSpec() });

    expect(ok?.serviceAccountName).toBe('workflow-execution-sa');
  });

  it('namespaces: refuses creates and watches in another one, by field', async () => {
    const field = spelled('metadata.namespace');
    const served = expect.stringContaining(`(kube-public, ${namespace.name})`);

    const { error } = await callerOfApi(api).create('default', { spec: aSpec() });
    const watch = await openWatch(api, 'default').ended();

    expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT', rules: { [field]: served } });
    expect(watch).toEqual({ kind: 'INVALID_ARGUMENT', text: served });
  });

  it('rate limit: returns when to retry', async () => {
    const name = `frequent-${transport.toLowerCase()}`;
    const { token } = await callerOf(kubernetes, { namespace: namespace.name, name });
    const caller = callerOfApi(api.as(token));

    const calls = await Promise.all(Array.from({ length: 2 * burst }, () => caller.get(namespace.name, 'missing')));

    const limited = calls.map(({ error }) => error).filter((error) => error?.kind === 'RESOURCE_EXHAUSTED');
    expect(limited.length).toBeGreaterThan(0);
    for (const error of limited) expect(error?.retryAfterSeconds).toBeLessThanOrEqual(1);
  });
});

it('a watch of all namespaces has the events of every served namespace', async () => {
  const watcher = await grpcWatch(api, '-').synced();
  await kubernetes.create(workflowExecutionResource, {
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: { namespace: namespace.name, name: 'watched' },
    spec: aSpec(),
  });
  await watcher.until('the execution', (events) => events.includes('updated watched'));
  watcher.close();
});

it('a caller is reviewed once within WFE_AUTH_CACHE', async () => {
  // No replica has cached a new token.
  const { token } = await callerOf(kubernetes, { namespace: 'default', name: 'test-operator' });
  const reviews = { method: 'POST', path: /\/(tokenreviews|subjectaccessreviews)$/ };
  const before = proxy.seen(reviews).length;

  const concurrent = Array.from({ length: burst / 2 }, () => restCaller(api.as(token)).list(namespace.name));
  const answers = [...(await Promise.all(concurrent)), await restCaller(api.as(token)).list(namespace.name)];

  expect(answers.map(({ error }) => error?.kind).filter((kind) => kind !== undefined)).toEqual([]);
  expect(
    proxy
      .seen(reviews)
      .slice(before)
      .map(({ url }) => url.pathname.split('/').at(-1)),
  ).toEqual(['tokenreviews', 'subjectaccessreviews']);
});
