import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { ownAnnotations } from '../../../src/workflow-execution/annotations.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { bind, callerOf, type TestCaller } from '../../support/callers.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer, hold } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import type { ApiCaller } from './api-caller.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

const tokenReviews = { method: 'POST', path: /\/tokenreviews$/ };
const accessReviews = { method: 'POST', path: /\/subjectaccessreviews$/ };

describe.each([
  ['REST', restCaller],
  ['gRPC', grpcCaller],
] as const)('who may do what, over %s', (_, callerTo) => {
  const kubernetes = new KubernetesClient(sharedCluster());
  let namespace: TestNamespace;
  let proxy: FaultProxy;
  let api: RunningApi;
  let viewer: TestCaller;

  beforeAll(async () => {
    namespace = await createNamespace(kubernetes, 'access');
    proxy = await new FaultProxy(serviceCluster()).listen();
    api = await startApi(proxy.kubeConfig(), { WFE_AUTH_CACHE: '1s' });
    viewer = await callerOf(kubernetes, { namespace: namespace.name, name: 'viewer' });
    const here = { namespace: namespace.name };
    await bind(kubernetes, 'workflow-execution-viewer', { namespace: namespace.name, name: 'viewer' }, here);
    await until('the API serves lists', async () => (await callerTo(api).list('-')).ok !== undefined);
    await until('the viewer may list', async () => (await as(viewer.token).list(namespace.name)).ok !== undefined);
  });

  afterAll(async () => {
    await api.stop();
    await proxy.close();
    await namespace.delete();
  });

  /** Calls with a token. */
  const as = (token: string | undefined): ApiCaller => callerTo(api.as(token));

  it.each<[string, string | undefined]>([
    ['no token', undefined],
    ['a token that is none', 'nonsense'],
    ['a token that nobody has signed', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.'],
  ])('says that a caller with %s is not known', async (_what, token) => {
    const { error } = await as(token).list(namespace.name);

    expect(error?.kind).toBe('UNAUTHENTICATED');
    if (token !== undefined) expect(error?.text).not.toContain(token);
  });

  it('takes no token that was made for the API server', async () => {
    const { token } = await callerOf(kubernetes, {
      namespace: namespace.name,
      name: 'viewer',
      audience: 'https://kubernetes.default.svc',
    });

    expect((await as(token).list(namespace.name)).error?.kind).toBe('UNAUTHENTICATED');
  });

  it('lets a viewer look', async () => {
    await callerTo(api).create(namespace.name, { name: 'shown', spec: aSpec() });

    expect((await as(viewer.token).get(namespace.name, 'shown')).ok?.name).toBe('shown');
    expect((await as(viewer.token).list(namespace.name)).error).toBeUndefined();
  });

  it.each<[string, (caller: ApiCaller, name: string) => Promise<{ error?: unknown }>, string]>([
    ['create', (caller, name) => caller.create(name, { spec: aSpec() }), 'create workflowexecutions in namespace NAME'],
    ['cancel', (caller, name) => caller.cancel(name, 'shown'), 'patch workflowexecutions in namespace NAME'],
    ['cancel nothing', (caller, name) => caller.cancel(name, 'nobody'), 'patch workflowexecutions in namespace NAME'],
    ['delete', (caller, name) => caller.delete(name, 'shown'), 'delete workflowexecutions in namespace NAME'],
    ['list all', (caller) => caller.list('-'), 'list workflowexecutions in all namespaces'],
    ['look elsewhere', (caller) => caller.get('default', 'x'), 'get workflowexecutions in namespace default'],
    ['look nowhere', (caller) => caller.get('test-none', 'x'), 'get workflowexecutions in namespace test-none'],
  ])('does not let a viewer %s, and says nothing of what is there', async (_what, call, what) => {
    const { error } = await call(as(viewer.token), namespace.name);

    expect(error).toMatchObject({
      kind: 'PERMISSION_DENIED',
      text: `${viewer.username} may not ${what.replace('NAME', namespace.name)}`,
    });
  });

  it.each([
    ['in another namespace', 'elsewhere/deployment/api', 'in namespace elsewhere'],
    ['that is cluster-scoped', 'node/w1', 'in all namespaces'],
  ])('does not let an operator of one namespace aim at a target %s', async (_what, targetResource, where) => {
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

  it('notes who created an execution and who cancelled it', async () => {
    await callerTo(api).create(namespace.name, { name: 'noted', spec: aSpec() });
    await callerTo(api).cancel(namespace.name, 'noted');

    const { metadata } = await kubernetes.get(workflowExecutionResource, { namespace: namespace.name, name: 'noted' });

    expect(metadata.annotations).toEqual({
      [ownAnnotations.createdBy]: api.caller?.username,
      [ownAnnotations.cancelRequestedBy]: api.caller?.username,
    });
  });

  it('asks the cluster once for many calls', async () => {
    const options = { namespace: namespace.name, name: 'often' };
    const { token } = await callerOf(kubernetes, options);
    const asked = [tokenReviews, accessReviews].map((match) => proxy.inject(match, hold(Promise.resolve()), Infinity));

    await Promise.all(Array.from({ length: 20 }, () => as(token).list(namespace.name)));
    for (const question of asked) question.remove();

    expect(asked.map(({ hits }) => hits)).toEqual([1, 1]);
  });

  it.each([
    ['who the caller is', tokenReviews],
    ['what the caller may do', accessReviews],
  ])('lets nobody in when the cluster can not say %s', async (_what, match) => {
    const { token } = await callerOf(kubernetes, { namespace: namespace.name, name: 'viewer' });
    const injection = proxy.inject(match, answer(500), Infinity);

    // What was remembered of the viewer may have to be forgotten first.
    await until('it has to ask', async () => (await as(token).list(namespace.name)).error !== undefined);
    const { error } = await as(token).list(namespace.name);
    injection.remove();

    expect(error).toMatchObject({ kind: 'UNAVAILABLE', retryAfterSeconds: 1 });
  });

  it('ends a right that is taken away', async () => {
    const options = { namespace: namespace.name, name: 'leaver' };
    const { token } = await callerOf(kubernetes, options);
    const revoke = await bind(kubernetes, 'workflow-execution-viewer', options, { namespace: namespace.name });
    await until('they may list', async () => (await as(token).list(namespace.name)).ok !== undefined);

    await revoke();

    await until('they may not any more', async () => {
      const { error } = await as(token).list(namespace.name);
      return error?.kind === 'PERMISSION_DENIED';
    });
  });

  it('tells a caller who calls too often when to come back', async () => {
    const slow = await startApi(serviceCluster(), { WFE_RATE_LIMIT: '1', WFE_RATE_BURST: '1' });
    const calls = await Promise.all(Array.from({ length: 5 }, () => callerTo(slow).get('default', 'nobody')));
    await slow.stop();

    const errors = calls.map(({ error }) => error?.kind);
    expect(errors).toContain('RESOURCE_EXHAUSTED');
    expect(
      calls.find(({ error }) => error?.kind === 'RESOURCE_EXHAUSTED')?.error?.retryAfterSeconds,
    ).toBeLessThanOrEqual(1);
  });
});
