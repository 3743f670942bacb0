import { describe, expect, it } from '@jest/globals';
import { requestLabel } from '../../../src/workflow-execution/metadata.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { brokenExecutions } from './broken-executions.ts';
import { onBothTransports } from './on-both-transports.ts';

await onBothTransports('create', (contract) => {
  const { caller, other } = contract;

  describe('create', () => {
    it('returns the execution with the defaults of the cluster', async () => {
      const spec = aSpec({ parameters: { MESSAGE: 'hello' }, executionConfig: { timeout: '1h30m' } });

      const created = await caller.create(contract.namespace, { name: 'we-1', labels: { team: 'payment' }, spec });

      expect(created.ok).toMatchObject({
        namespace: contract.namespace,
        name: 'we-1',
        labels: { team: 'payment' },
        targetResource: spec.targetResource,
        serviceAccountName: 'workflow-execution-sa',
      });
      expect(await caller.get(contract.namespace, 'we-1')).toEqual(created);
    });

    it('derives a name from that of the RemediationRequest', async () => {
      const created = await caller.create(contract.namespace, {
        spec: aSpec({ remediationRequestRef: { name: 'rr.one' } }),
      });

      expect(created.ok?.name).toMatch(/^rr-one-[0-9a-f]{10}$/);
    });

    it('rejects a name that is taken', async () => {
      await caller.create(contract.namespace, { name: 'twice', spec: aSpec() });

      const { error } = await caller.create(contract.namespace, { name: 'twice', spec: aSpec() });

      expect(error).toMatchObject({
        kind: 'ALREADY_EXISTS',
        text: `namespaces/${contract.namespace}/workflowExecutions/twice already exists`,
      });
    });

    it('refuses a namespace that does not exist', async () => {
      const { error } = await caller.create('test-no-such-namespace', { spec: aSpec() });

      expect(error).toMatchObject({ kind: 'NOT_FOUND', text: 'namespaces/test-no-such-namespace does not exist' });
    });

    it.each(brokenExecutions)('refuses $what, by field and rule', async ({ execution, field, rule }) => {
      const { error } = await caller.create(contract.namespace, execution);

      expect(error?.kind).toBe('INVALID_ARGUMENT');
      expect(Object.keys(error?.rules ?? {})).toEqual([contract.spelled(field)]);
      expect(error?.rules[contract.spelled(field)]).toContain(rule);
    });

    it.each([
      ['metadata.labels', { labels: { [requestLabel]: 'x' } }],
      ['metadata.annotations', { annotations: { 'workflowexecution.kubernaut.ai/created-by': 'root' } }],
    ])('refuses keys in %s that are reserved for the service', async (field, metadata) => {
      const { error } = await caller.create(contract.namespace, { ...metadata, spec: aSpec() });

      expect(error?.rules[contract.spelled(field)]).toMatch(
        /^'workflowexecution.kubernaut.ai\/.+' is set by the service only$/,
      );
    });
  });

  describe('create with a request id', () => {
    it('creates one execution for concurrent requests to both replicas, and returns it again later', async () => {
      const request = { requestId: 'concurrent', spec: aSpec() };

      const concurrent = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? caller : other).create(contract.namespace, request),
        ),
      );
      const later = await Promise.all([caller, other].map((each) => each.create(contract.namespace, request)));

      const [first, ...more] = [...concurrent, ...later].map(({ ok }) => ok?.uid);
      expect(first).toBeDefined();
      expect(more).toEqual(more.map(() => first));
      expect(concurrent[0]?.ok?.name).toMatch(/^wfe-[0-9a-f]{32}$/);
    });

    it('creates an execution of the given name once', async () => {
      const request = { requestId: 'named', name: 'my-own', spec: aSpec() };

      const first = await caller.create(contract.namespace, request);
      const again = await other.create(contract.namespace, request);

      expect(first.ok?.name).toBe('my-own');
      expect(again.ok?.uid).toBe(first.ok?.uid);
    });

    it.each([
      ['another target', {}, { spec: aSpec({ targetResource: 'payment/deployment/other' }) }],
      ['another label', {}, { labels: { team: 'other' } }],
      ['a name, after none', {}, { name: 'late-name' }],
      ['no name, after one', { name: 'early-name' }, {}],
      ['another name', { name: 'name-one' }, { name: 'name-two' }],
    ])('refuses the same id with %s', async (what, before, after) => {
      const requestId = what.replaceAll(/[^a-z]/g, '-');
      const first = await caller.create(contract.namespace, { spec: aSpec(), ...before, requestId });
      // Without a name the replica searches its cache, which must have the execution.
      await other.list(contract.namespace, { minResourceVersion: first.ok?.resourceVersion });

      const { error } = await other.create(contract.namespace, { spec: aSpec(), ...after, requestId });

      expect(first.error).toBeUndefined();
      expect(error).toMatchObject({
        kind: caller.transport === 'gRPC' ? 'ALREADY_EXISTS' : 'REQUEST_ID_REUSED',
        text: expect.stringContaining(`${contract.namespace}/workflowExecutions/${first.ok?.name}`),
      });
    });

    it('refuses a name that another request has taken', async () => {
      await caller.create(contract.namespace, { name: 'taken', spec: aSpec() });

      const { error } = await caller.create(contract.namespace, {
        name: 'taken',
        requestId: 'too-late',
        spec: aSpec(),
      });

      expect(error).toMatchObject({ kind: 'ALREADY_EXISTS', text: expect.stringContaining('taken already exists') });
    });

    it.each(['x'.repeat(65), 'a b', 'ä'])('refuses the id %j', async (requestId) => {
      const { error } = await caller.create(contract.namespace, { requestId, spec: aSpec() });

      expect(Object.keys(error?.rules ?? {})).toEqual([contract.spelled('requestId')]);
    });
  });

  describe.each([
    ['creates', {}],
    ['validates only', { validateOnly: true }],
  ])('%s nothing', (_, options) => {
    it.each<[string, Parameters<typeof aSpec>[0], string, RegExp]>([
      ['on a kind of the wrong scope', { targetResource: 'payment/no/w1' }, 'spec.targetResource', /write node\/w1/],
      [
        'on a kind without its scope',
        { targetResource: 'Deploy/api' },
        'spec.targetResource',
        /NAMESPACE\/deployment\/api/,
      ],
      ['on an unknown kind', { targetResource: 'payment/deploymint.apps/a' }, 'spec.targetResource', /deploymint/],
      [
        'with a template for a parameter',
        { parameters: { A: 'at $(date)' } },
        'spec.parameters',
        /'A' must not contain/,
      ],
      [
        'with another target among its parameters',
        { parameters: { TARGET_RESOURCE: 'payment/deployment/other' } },
        'spec.parameters[TARGET_RESOURCE]',
        /spec\.targetResource/,
      ],
      [
        'that may take too long',
        { executionConfig: { timeout: '24h1s' } },
        'spec.executionConfig.timeout',
        /at most 24h \(WFE_MAX_TIMEOUT\)/,
      ],
    ])('%s', async (_what, spec, field, rule) => {
      const { error } = await caller.create(contract.namespace, { name: 'refused', spec: aSpec(spec), ...options });
      const stored = await caller.get(contract.namespace, 'refused');

      expect(error?.rules[contract.spelled(field)]).toMatch(rule);
      expect(stored.error?.kind).toBe('NOT_FOUND');
    });
  });

  it('accepts any name for the kind of a target, and finds it by any other', async () => {
    const { ok } = await caller.create(contract.namespace, {
      name: 'any-name',
      spec: aSpec({ targetResource: 'found/Deployments.apps/api' }),
    });
    const listed = await caller.list(contract.namespace, {
      targetResource: 'found/deploy/api',
      minResourceVersion: ok?.resourceVersion,
    });

    expect(ok?.targetResource).toBe('found/Deployments.apps/api');
    expect(listed.ok?.items.map(({ name }) => name)).toEqual(['any-name']);
  });

  describe('create with validateOnly', () => {
    it.each(brokenExecutions)('refuses $what, by the same field and rule', async ({ execution, field, rule }) => {
      const { error } = await caller.create(contract.namespace, { ...execution, validateOnly: true });

      expect(Object.keys(error?.rules ?? {})).toEqual([contract.spelled(field)]);
      expect(error?.rules[contract.spelled(field)]).toContain(rule);
    });

    it('returns what would be stored and stores nothing', async () => {
      const request = { name: 'dry-run', validateOnly: true, spec: aSpec() };

      const { ok } = await caller.create(contract.namespace, request);
      const stored = await caller.get(contract.namespace, 'dry-run');
      const listed = await caller.list(contract.namespace);

      expect(ok).toMatchObject({ name: 'dry-run', serviceAccountName: 'workflow-execution-sa', resourceVersion: '' });
      expect(stored.error?.kind).toBe('NOT_FOUND');
      expect(listed.ok?.items.map(({ name }) => name)).not.toContain('dry-run');
    });

    it('applies the rules of the API server', async () => {
      const { error } = await caller.create('test-no-such-namespace', { validateOnly: true, spec: aSpec() });

      expect(error?.kind).toBe('NOT_FOUND');
    });
  });
});
