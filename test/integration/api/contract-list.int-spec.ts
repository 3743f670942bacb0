import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import type { WantedList } from './api-caller.ts';
import { onBothTransports } from './on-both-transports.ts';

await onBothTransports('list', (contract) => {
  const { caller, other } = contract;
  const workflowId = `list-${randomBytes(4).toString('hex')}`;
  const names = async (wanted: WantedList) => {
    const { ok } = await caller.list(contract.namespace, wanted);
    return ok?.items.map(({ name }) => name).sort() ?? [];
  };

  beforeAll(async () => {
    const create = (name: string, over: Partial<ReturnType<typeof aSpec>>, labels = {}) =>
      caller.create(contract.namespace, { name, labels, spec: { ...aSpec(), ...over } });
    await create('a', { targetResource: 'x/deployment/a' }, { team: 'one' });
    await create('b', { remediationRequestRef: { name: 'rr-b' } }, { team: 'two' });
    await create('c', { workflowRef: { ...aSpec().workflowRef, workflowId } });
    await contract.kubernetes.patch(
      workflowExecutionResource,
      { namespace: contract.namespace, name: 'c' },
      { status: { phase: 'Running' } },
      { subresource: 'status' },
    );
    await until('the status is in the cache', async () => (await names({ phase: 'Running' })).length === 1);
  });

  describe('list', () => {
    it.each<[WantedList, string[]]>([
      [{ phase: 'Running' }, ['c']],
      [{ phase: 'Pending' }, ['a', 'b']],
      [{ phase: 'Pending,Running' }, ['a', 'b', 'c']],
      [{ workflowId }, ['c']],
      [{ targetResource: 'x/deploy/a' }, ['a']],
      [{ remediationRequest: 'rr-b' }, ['b']],
      [{ labelSelector: 'team in (one),!other' }, ['a']],
      [{ createdAfter: '2026-01-01T00:00:00Z' }, ['a', 'b', 'c']],
      [{ createdBefore: '2026-01-01T00:00:00Z' }, []],
      [{ phase: 'Pending', labelSelector: 'team=two' }, ['b']],
    ])('filters by %j', async (wanted, expected) => {
      expect(await names(wanted)).toEqual(expected);
    });

    it.each<[WantedList, string]>([
      [{ targetResource: 'x' }, 'targetResource'],
      [{ labelSelector: '=' }, 'labelSelector'],
      [{ remediationRequest: 'A' }, 'remediationRequest'],
      [{ minResourceVersion: 'x' }, 'minResourceVersion'],
      [{ continue: 'garbage' }, 'continue'],
      [{ limit: -1 }, 'limit'],
    ])('refuses %j, by field', async (wanted, field) => {
      const { error } = await caller.list(contract.namespace, wanted);

      expect(error?.kind).toBe('INVALID_ARGUMENT');
      expect(Object.keys(error?.rules ?? {})).toEqual([contract.spelled(field)]);
    });

    it('continues at another replica, with the same filter only', async () => {
      const { ok } = await caller.list(contract.namespace, { limit: 1, labelSelector: 'team' });
      const wanted = { limit: 1, continue: ok?.next };

      const rest = await other.list(contract.namespace, { ...wanted, labelSelector: 'team' });
      const { error } = await other.list(contract.namespace, wanted);

      expect([...(ok?.items ?? []), ...(rest.ok?.items ?? [])].map(({ name }) => name).sort()).toEqual(['a', 'b']);
      expect(rest.ok?.next).toBe('');
      expect(error?.rules).toEqual({ [contract.spelled('continue')]: expect.any(String) });
    });

    it('is empty for a namespace that does not exist', async () => {
      expect((await caller.list('test-no-such-namespace')).ok).toEqual({ items: [], next: '' });
    });
  });

  describe('list of a changing cluster', () => {
    let elsewhere: TestNamespace;

    beforeAll(async () => {
      elsewhere = await createNamespace(contract.kubernetes, 'elsewhere');
    });

    afterAll(() => elsewhere.delete());

    it('has what this replica has just created, also in all namespaces', async () => {
      const spec = aSpec({ workflowRef: { ...aSpec().workflowRef, workflowId: `${workflowId}-new` } });
      await caller.create(elsewhere.name, { name: 'just-created', spec });

      const { ok } = await caller.list(elsewhere.name);
      const all = await caller.list('-', { workflowId: `${workflowId}-new` });

      expect(ok?.items.map(({ name }) => name)).toEqual(['just-created']);
      expect(all.ok?.items).toEqual(ok?.items);
    });

    it('has what another replica created, with minResourceVersion', async () => {
      const created = await caller.create(elsewhere.name, { name: 'created-elsewhere', spec: aSpec() });

      const { ok } = await other.list(elsewhere.name, { minResourceVersion: created.ok?.resourceVersion });

      expect(ok?.items.map(({ name }) => name)).toContain('created-elsewhere');
    });
  });
});
