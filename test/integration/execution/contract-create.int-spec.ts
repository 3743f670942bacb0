import { describe, expect, it } from '@jest/globals';
import { requestLabel } from '../../../src/workflow-execution/annotations.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { onBothTransports } from './on-both-transports.ts';

onBothTransports('create', (contract) => {
  describe('creates with a request id', () => {
    it('one execution, however often and through whichever replica it is asked', async () => {
      const request = { requestId: 'once', spec: aSpec() };

      const first = await contract.caller.create(contract.namespace, request);
      const again = await Promise.all([
        contract.caller.create(contract.namespace, request),
        contract.other.create(contract.namespace, request),
        contract.other.create(contract.namespace, request),
      ]);

      expect(first.ok?.name).toMatch(/^wfe-[0-9a-f]{32}$/);
      for (const { ok } of again) expect(ok?.uid).toBe(first.ok?.uid);
    });

    it('one execution when all ask at the same time', async () => {
      const request = { requestId: 'all-at-once', spec: aSpec() };

      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? contract.caller : contract.other).create(contract.namespace, request),
        ),
      );

      expect(new Set(answers.map(({ ok }) => ok?.uid)).size).toBe(1);
      expect(answers[0]?.ok).toBeDefined();
    });

    it('an execution of the name that is given', async () => {
      const request = { requestId: 'named', name: 'my-own', spec: aSpec() };

      const first = await contract.caller.create(contract.namespace, request);
      const again = await contract.other.create(contract.namespace, request);

      expect(first.ok?.name).toBe('my-own');
      expect(again.ok?.uid).toBe(first.ok?.uid);
    });

    it.each([
      ['another target', {}, { spec: aSpec({ targetResource: 'payment/deployment/other' }) }],
      ['another label', {}, { labels: { team: 'other' } }],
      ['a name, after none', {}, { name: 'late-name' }],
      ['no name, after one', { name: 'early-name' }, {}],
      ['another name', { name: 'name-one' }, { name: 'name-two' }],
    ])('nothing for the same id with %s, and says so', async (what, before, after) => {
      const requestId = what.replaceAll(/[^a-z]/g, '-');
      const first = await contract.caller.create(contract.namespace, { spec: aSpec(), ...before, requestId });
      // Who gives no name is told by what the replica knows; a name is looked for on the API server.
      await contract.other.list(contract.namespace, { minResourceVersion: first.ok?.resourceVersion });

      const { error } = await contract.other.create(contract.namespace, { spec: aSpec(), ...after, requestId });

      expect(first.error).toBeUndefined();
      expect(error).toMatchObject({
        kind: contract.caller.transport === 'gRPC' ? 'ALREADY_EXISTS' : 'REQUEST_ID_REUSED',
        text: `the request id was used for another request, which created namespaces/${contract.namespace}/workflowExecutions/${first.ok?.name ?? ''}`,
      });
    });

    it('nothing over a name that somebody else has', async () => {
      await contract.caller.create(contract.namespace, { name: 'taken', spec: aSpec() });

      const { error } = await contract.caller.create(contract.namespace, {
        name: 'taken',
        requestId: 'too-late',
        spec: aSpec(),
      });

      expect(error).toMatchObject({ kind: 'ALREADY_EXISTS', text: expect.stringContaining('taken exists already') });
    });

    it.each(['', 'x'.repeat(65), 'a b', 'ä'])(
      'nothing for the id %j, or as if it were not given',
      async (requestId) => {
        const { ok, error } = await contract.caller.create(contract.namespace, { requestId, spec: aSpec() });

        if (requestId === '') expect(ok?.labels[requestLabel]).toBeUndefined();
        else expect(Object.keys(error?.rules ?? {})).toEqual([contract.spelled('requestId')]);
      },
    );
  });

  it.each([
    ['metadata.labels', { labels: { [requestLabel]: 'x' } }],
    ['metadata.annotations', { annotations: { 'workflowexecution.kubernaut.ai/created-by': 'root' } }],
  ])('lets nobody set what is its own in %s', async (field, metadata) => {
    const { error } = await contract.caller.create(contract.namespace, { ...metadata, spec: aSpec() });

    expect(error?.rules[contract.spelled(field)]).toMatch(
      /^'workflowexecution.kubernaut.ai\/.+' is set by the service only$/,
    );
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
      [
        'on an unknown kind',
        { targetResource: 'payment/deploymint.apps/a' },
        'spec.targetResource',
        /no kind deploymint/,
      ],
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
        /^must be left out or equal spec\.targetResource/,
      ],
      [
        'that may take too long',
        { executionConfig: { timeout: '24h1s' } },
        'spec.executionConfig.timeout',
        /at most 24h, which WFE_MAX_TIMEOUT sets/,
      ],
    ])('%s', async (_what, spec, field, rule) => {
      const { error } = await contract.caller.create(contract.namespace, { spec: aSpec(spec), ...options });

      expect(error?.rules[contract.spelled(field)]).toMatch(rule);
    });
  });

  it('takes a target under any name of its kind, and finds it under any other', async () => {
    const { ok } = await contract.caller.create(contract.namespace, {
      name: 'any-name',
      spec: aSpec({ targetResource: 'found/Deployments.apps/api' }),
    });
    const listed = await contract.caller.list(contract.namespace, {
      targetResource: 'found/deploy/api',
      minResourceVersion: ok?.resourceVersion,
    });

    expect(ok?.targetResource).toBe('found/Deployments.apps/api');
    expect(listed.ok?.items.map(({ name }) => name)).toEqual(['any-name']);
  });

  describe('validates only', () => {
    it('and answers with what would be stored, but stores nothing', async () => {
      const { ok } = await contract.caller.create(contract.namespace, {
        name: 'tried-out',
        validateOnly: true,
        spec: aSpec(),
      });
      const found = await contract.caller.get(contract.namespace, 'tried-out');
      const listed = await contract.caller.list(contract.namespace);

      expect(ok).toMatchObject({ name: 'tried-out', serviceAccountName: 'workflow-execution-sa', resourceVersion: '' });
      expect(found.error?.kind).toBe('NOT_FOUND');
      expect(listed.ok?.items.map(({ name }) => name)).not.toContain('tried-out');
    });

    it('with the rules of the cluster', async () => {
      const { error } = await contract.caller.create('test-no-such-namespace', { validateOnly: true, spec: aSpec() });

      expect(error?.kind).toBe('NOT_FOUND');
    });
  });
});
