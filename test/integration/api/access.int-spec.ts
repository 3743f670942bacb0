import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { ownAnnotations } from '../../../src/workflow-execution/metadata.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { bind, callerOf, type TestCaller } from '../../support/callers.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import type { ApiCaller } from './api-caller.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

const tokenReviews = { method: 'POST', path: /\/tokenreviews$/ };
const accessReviews = { method: 'POST', path: /\/subjectaccessreviews$/ };
const viewerRole = 'workflow-execution-viewer';

const kubernetes = new KubernetesClient(sharedCluster());
let namespace: TestNamespace;
let proxy: FaultProxy;
let api: RunningApi;
let viewer: TestCaller;

beforeAll(async () => {
  namespace = await createNamespace(kubernetes, 'access');
  proxy = await new FaultProxy(apiCluster()).listen();
  api = await startApi(proxy.kubeConfig(), { WFE_AUTH_CACHE: '1s' });
  const options = { namespace: namespace.name, name: 'viewer' };
  viewer = await callerOf(kubernetes, options);
  await bind(kubernetes, viewerRole, options, { namespace: namespace.name });
  await until('the API serves lists', async () => (await restCaller(api).list('-')).ok !== undefined);
  await until('the viewer may list', async () => (await mayList(viewer.token)) === 'OK');
  await restCaller(api).create(namespace.name, { name: 'shown', spec: aSpec() });
  const targetResource = `elsewhere/deployment/${namespace.name}`;
  await restCaller(api).create(namespace.name, { name: 'aimed', spec: { ...aSpec(), targetResource } });
});

afterAll(async () => {
  await api.stop();
  await proxy.close();
  await namespace.delete();
});

/** Lists the namespace with a token: `OK`, or the kind of the error. */
async function mayList(token: string): Promise<string> {
  return (await restCaller(api.as(token)).list(namespace.name)).error?.kind ?? 'OK';
}

describe.each([
  ['REST', restCaller],
  ['gRPC', grpcCaller],
] as const)('access over %s', (transport, callerTo) => {
  /** Calls with a token. */
  const as = (token: string | undefined): ApiCaller => callerTo(api.as(token));

  it.each<[string, string | undefined]>([
    ['no token', undefined],
    ['a token of no known form', 'nonsense'],
    ['an unsigned token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.'],
  ])('does not authenticate a caller with %s', async (_what, token) => {
    const { error } = await as(token).list(namespace.name);

    expect(error?.kind).toBe('UNAUTHENTICATED');
    if (token !== undefined) expect(error?.text).not.toContain(token);
  });

  it('allows a viewer to get and list', async () => {
    expect((await as(viewer.token).get(namespace.name, 'shown')).ok?.name).toBe('shown');
    expect((await as(viewer.token).list(namespace.name)).error).toBeUndefined();
  });

  it('shows a viewer of a target only what it may list, and nothing to others', async () => {
    const target = `elsewhere/deployment/${namespace.name}`;
    const stranger = await callerOf(kubernetes, { namespace: namespace.name, name: 'stranger' });

    const seen = await as(viewer.token).target(target);
    const unseen = await as(stranger.token).target(target);

    const nothing = { target, isSinceKnown: false, cooldowns: [], executions: [] };
    expect(seen.ok).toEqual({ ...nothing, executions: [`${namespace.name}/aimed`] });
    expect(unseen.ok).toEqual(nothing);
  });

  it.each<[string, (caller: ApiCaller, name: string) => Promise<{ error?: unknown }>, string]>([
    ['create', (caller, name) => caller.create(name, { spec: aSpec() }), 'create workflowexecutions in namespace NAME'],
    ['cancel', (caller, name) => caller.cancel(name, 'shown'), 'patch workflowexecutions in namespace NAME'],
    [
      'cancel a missing execution',
      (caller, name) => caller.cancel(name, 'missing'),
      'patch workflowexecutions in namespace NAME',
    ],
    ['delete', (caller, name) => caller.delete(name, 'shown'), 'delete workflowexecutions in namespace NAME'],
    ['list all namespaces', (caller) => caller.list('-'), 'list workflowexecutions in all namespaces'],
    ['get elsewhere', (caller) => caller.get('default', 'x'), 'get workflowexecutions in namespace default'],
    ['get nowhere', (caller) => caller.get('test-none', 'x'), 'get workflowexecutions in namespace test-none'],
  ])('does not allow a viewer to %s, and does not reveal what exists', async (_what, call, what) => {
    const { error } = await call(as(viewer.token), namespace.name);

    expect(error).toMatchObject({
      kind: 'PERMISSION_DENIED',
      text: `${viewer.username} may not ${what.replace('NAME', namespace.name)}`,
    });
  });

  it.each([
    ['in another namespace', 'elsewhere/deployment/api', 'in namespace elsewhere'],
    ['that is cluster-scoped', 'node/w1', 'in all namespaces'],
  ])('does not allow an operator of one namespace to remediate a target %s', async (_what, targetResource, where) => {
    const options = { namespace: namespace.name, name: 'local-operator' };
    const { token, username } = await callerOf(kubernetes, options);
    await bind(kubernetes, 'workflow-execution-operator', options, { namespace: namespace.name });
    const create = (spec: Parameters<typeof aSpec>[0], validateOnly = false) =>
      as(token).create(namespace.name, { spec: aSpec(spec), validateOnly });
    const local = { targetResource: `${namespace.name}/deployment/api` };
    await until('they may remediate here', async () => (await create(local, true)).ok !== undefined);

    for (const validateOnly of [false, true]) {
      expect((await create({ targetResource }, validateOnly)).error).toMatchObject({
        kind: 'PERMISSION_DENIED',
        text: `${username} may not remediate workflowexecutions ${where}`,
      });
    }
  });

  it('requires the permission to override the cooldown in the namespace of the target', async () => {
    const options = { namespace: namespace.name, name: `overrider-${transport.toLowerCase()}` };
    const { token, username } = await callerOf(kubernetes, options);
    await bind(kubernetes, 'workflow-execution-operator', options, { namespace: namespace.name });
    const create = (spec: Parameters<typeof aSpec>[0]) =>
      as(token).create(namespace.name, {
        spec: aSpec({ targetResource: `${namespace.name}/deployment/api`, ...spec }),
        validateOnly: true,
      });
    await until('they may create', async () => (await create({})).ok !== undefined);
    const override = { overrideCooldownReason: 'agreed with the incident lead' };

    expect((await create(override)).error).toMatchObject({
      kind: 'PERMISSION_DENIED',
      text: `${username} may not override workflowexecutions in namespace ${namespace.name}`,
    });
    await bind(kubernetes, 'workflow-execution-override', options, { namespace: namespace.name });
    await until('they may override the cooldown', async () => (await create(override)).ok !== undefined);
  });

  it('records who created and who cancelled an execution', async () => {
    const key = { namespace: namespace.name, name: `recorded-${transport.toLowerCase()}` };
    await callerTo(api).create(namespace.name, { name: key.name, spec: aSpec() });
    await callerTo(api).cancel(namespace.name, key.name);

    const { metadata } = await kubernetes.get(workflowExecutionResource, key);

    expect(metadata.annotations).toEqual({
      [ownAnnotations.createdBy]: api.caller?.username,
      [ownAnnotations.createdAt]: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/),
      [ownAnnotations.cancelRequestedBy]: api.caller?.username,
    });
  });
});

describe('access', () => {
  it('refuses a token for the audience of the API server', async () => {
    const { token } = await callerOf(kubernetes, {
      namespace: namespace.name,
      name: 'viewer',
      audience: 'https://kubernetes.default.svc',
    });

    expect(await mayList(token)).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['tokens', tokenReviews],
    ['access', accessReviews],
  ])('is refused while the cluster cannot review %s', async (what, match) => {
    // A caller whose token and rights no replica has cached.
    const { token } = await callerOf(kubernetes, { namespace: namespace.name, name: `new-${what}` });
    const injection = proxy.inject(match, answer(500));

    const { error } = await restCaller(api.as(token)).list(namespace.name);
    injection.remove();

    expect(error).toMatchObject({ kind: 'UNAVAILABLE', retryAfterSeconds: 1 });
  });

  it('ends when the permission is revoked', async () => {
    const options = { namespace: namespace.name, name: 'leaver' };
    const { token } = await callerOf(kubernetes, options);
    const revoke = await bind(kubernetes, viewerRole, options, { namespace: namespace.name });
    await until('the leaver may list', async () => (await mayList(token)) === 'OK');

    await revoke();

    await until('the leaver may not list', async () => (await mayList(token)) === 'PERMISSION_DENIED');
  });
});
