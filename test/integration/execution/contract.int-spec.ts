import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toGrpcField } from '../../../src/execution/grpc/field-path.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import type { ApiCaller, NewExecution } from './api-caller.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** Executions that break one rule: the field in the resource's own spelling, and the beginning of the rule. */
const broken: [what: string, execution: NewExecution, field: string, rule: string][] = [
  ['no spec', {}, 'spec', 'is required'],
  ['no target', { spec: { ...aSpec(), targetResource: undefined } }, 'spec.targetResource', 'is required'],
  [
    'half a target',
    { spec: aSpec({ targetResource: 'payment' }) },
    'spec.targetResource',
    'must be namespace/kind/name',
  ],
  [
    'a kind that is no name',
    { spec: aSpec({ targetResource: 'a/-pod/b' }) },
    'spec.targetResource',
    'must be namespace/kind',
  ],
  [
    'no request name',
    { spec: aSpec({ remediationRequestRef: { name: '', namespace: 'x' } }) },
    'spec.remediationRequestRef.name',
    '',
  ],
  [
    'an image that is none',
    withWorkflow({ containerImage: 'Not An Image' }),
    'spec.workflowRef.containerImage',
    'must be',
  ],
  ['white space in the version', withWorkflow({ version: 'a b' }), 'spec.workflowRef.version', 'must not contain'],
  [
    'half a digest',
    withWorkflow({ containerDigest: 'sha256:12' }),
    'spec.workflowRef.containerDigest',
    "must be 'sha256:'",
  ],
  [
    'a digest that is not the one of the image',
    withWorkflow({ containerImage: `x/y@sha256:${'a'.repeat(64)}`, containerDigest: `sha256:${'b'.repeat(64)}` }),
    'spec.workflowRef.containerDigest',
    'must be the digest that containerImage names',
  ],
  [
    'a lower case key',
    { spec: aSpec({ parameters: { memory: '1' } }) },
    'spec.parameters',
    'every key must be UPPER_SNAKE',
  ],
  ['confidence over 1', { spec: aSpec({ confidence: 1.5 }) }, 'spec.confidence', 'must be from 0 to 1'],
  ['a long rationale', { spec: aSpec({ rationale: 'x'.repeat(16_385) }) }, 'spec.rationale', 'must be at most 16384'],
  [
    'a time-out under a second',
    { spec: aSpec({ executionConfig: { timeout: '0.5s' } }) },
    'spec.executionConfig.timeout',
    'must be a Go duration of at least 1s',
  ],
  [
    'a service account that is none',
    { spec: aSpec({ executionConfig: { serviceAccountName: 'A_B' } }) },
    'spec.executionConfig.serviceAccountName',
    'must be a DNS subdomain',
  ],
  ['cancelled', { spec: aSpec({ cancelRequested: true }) }, 'spec.cancelRequested', 'must not be true'],
  [
    'a negative ttl',
    { spec: aSpec({ ttlSecondsAfterFinished: -1 }) },
    'spec.ttlSecondsAfterFinished',
    'must be from 0',
  ],
  ['a name that is none', { name: 'We_1', spec: aSpec() }, 'metadata.name', 'must be a DNS subdomain'],
  ['a label that is none', { labels: { team: 'a b' }, spec: aSpec() }, 'metadata.labels', 'a valid label must be'],
];

describe.each([
  ['REST', restCaller],
  ['gRPC', grpcCaller],
] as const)('the execution API over %s', (transport, callerOf) => {
  const kubeConfig = sharedCluster();
  const spelled = (field: string) => (transport === 'gRPC' ? toGrpcField(field.split('.')) : field);
  let namespace: TestNamespace;
  let api: RunningApi;
  let caller: ApiCaller;

  beforeAll(async () => {
    namespace = await createNamespace(new KubernetesClient(kubeConfig), 'contract');
    api = await startApi(serviceCluster());
    caller = callerOf(api);
    await until('the API serves lists', async () => (await caller.list('-')).ok !== undefined);
  });

  afterAll(async () => {
    await api.stop();
    await namespace.delete();
  });

  it('creates an execution and gives it back with the defaults of the cluster', async () => {
    const spec = aSpec({ parameters: { MESSAGE: 'hello' }, executionConfig: { timeout: '1h30m' } });

    const created = await caller.create(namespace.name, { name: 'we-1', labels: { team: 'payment' }, spec });

    expect(created.ok).toMatchObject({
      namespace: namespace.name,
      name: 'we-1',
      labels: { team: 'payment' },
      targetResource: spec.targetResource,
      serviceAccountName: 'workflow-execution-sa',
    });
    expect(await caller.get(namespace.name, 'we-1')).toEqual(created);
  });

  it('makes a name of that of the RemediationRequest', async () => {
    const created = await caller.create(namespace.name, { spec: aSpec({ remediationRequestRef: { name: 'rr.one' } }) });

    expect(created.ok?.name).toMatch(/^rr-one-[0-9a-f]{10}$/);
  });

  it('refuses a name that is taken', async () => {
    await caller.create(namespace.name, { name: 'twice', spec: aSpec() });

    const { error } = await caller.create(namespace.name, { name: 'twice', spec: aSpec() });

    expect(error).toMatchObject({
      kind: 'ALREADY_EXISTS',
      text: `namespaces/${namespace.name}/workflowExecutions/twice exists already`,
    });
  });

  it('refuses a namespace that does not exist', async () => {
    const { error } = await caller.create('test-no-such-namespace', { spec: aSpec() });

    expect(error).toMatchObject({ kind: 'NOT_FOUND', text: 'namespaces/test-no-such-namespace does not exist' });
  });

  it('says that an execution does not exist', async () => {
    const { error } = await caller.get(namespace.name, 'we-none');

    expect(error).toMatchObject({
      kind: 'NOT_FOUND',
      text: `namespaces/${namespace.name}/workflowExecutions/we-none does not exist`,
    });
  });

  it.each(broken)('refuses an execution with %s, by field and rule', async (_, execution, field, rule) => {
    const { error } = await caller.create(namespace.name, execution);

    expect(error?.kind).toBe('INVALID_ARGUMENT');
    expect(Object.keys(error?.rules ?? {})).toEqual([spelled(field)]);
    expect(error?.rules[spelled(field)]).toContain(rule);
  });

  describe('lists', () => {
    let listed: TestNamespace;

    beforeAll(async () => {
      listed = await createNamespace(new KubernetesClient(kubeConfig), 'lists');
      for (const name of ['c', 'a', 'b']) await caller.create(listed.name, { name, spec: aSpec() });
    });

    afterAll(() => listed.delete());

    it('what has just been created', async () => {
      await caller.create(namespace.name, { name: 'just-now', spec: aSpec() });

      const { ok } = await caller.list(namespace.name);

      expect(ok?.items.map(({ name }) => name)).toContain('just-now');
    });

    it('all executions page by page, each once', async () => {
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const { ok } = await caller.list(listed.name, { limit: 2, continue: token });
        seen.push(...(ok?.items ?? []).map(({ name }) => name));
        token = ok?.next;
      } while (token);

      expect(seen).toHaveLength(3);
      expect([...seen].sort()).toEqual(['a', 'b', 'c']);
    });

    it('nothing where there is nothing', async () => {
      expect((await caller.list('test-no-such-namespace')).ok).toEqual({ items: [], next: '' });
    });

    it('all namespaces', async () => {
      await caller.create(namespace.name, { name: 'newest', spec: aSpec() });

      const { ok } = await caller.list('-', { limit: 500 });

      const namespaces = new Set(ok?.items.map((item) => item.namespace));
      expect([...namespaces]).toEqual(expect.arrayContaining([namespace.name, listed.name]));
    });

    it('no more than 500 at once, and does not complain when more is asked for', async () => {
      expect((await caller.list(listed.name, { limit: 5_000 })).ok?.items).toHaveLength(3);
    });

    it.each([
      ['a token that nobody gave out', 1, 'garbage', 'continue'],
      ['a negative page size', -1, undefined, 'limit'],
    ])('nothing for %s, and names the field', async (_, size, token, field) => {
      const { error } = await caller.list(listed.name, { limit: size, continue: token });

      expect(error?.kind).toBe('INVALID_ARGUMENT');
      expect(Object.keys(error?.rules ?? {})).toEqual([spelled(field)]);
    });

    it('nothing for a token of another list', async () => {
      const { ok } = await caller.list(listed.name, { limit: 1 });

      const { error } = await caller.list(namespace.name, { limit: 1, continue: ok?.next });

      expect(error?.rules).toEqual({ [spelled('continue')]: 'was given out for another list' });
    });
  });
});

function withWorkflow(over: Partial<ReturnType<typeof aSpec>['workflowRef']>): NewExecution {
  const spec = aSpec();
  return { spec: { ...spec, workflowRef: { ...spec.workflowRef, ...over } } };
}
