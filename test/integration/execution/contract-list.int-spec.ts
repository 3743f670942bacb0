import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import type { WantedList } from './api-caller.ts';
import { onBothTransports } from './on-both-transports.ts';

onBothTransports('list', (contract) => {
  describe('lists by', () => {
    let listed: TestNamespace;

    beforeAll(async () => {
      listed = await createNamespace(contract.kubernetes, 'filters');
      const create = (name: string, over: Partial<ReturnType<typeof aSpec>>, labels = {}) =>
        contract.caller.create(listed.name, { name, labels, spec: { ...aSpec(), ...over } });
      await create('a', { targetResource: 'x/deployment/a' }, { team: 'one' });
      await create('b', { remediationRequestRef: { name: 'rr-b' } }, { team: 'two' });
      await create('c', { workflowRef: { ...aSpec().workflowRef, workflowId: 'other' } });
      const status = { phase: 'Running' };
      await contract.kubernetes.patch(
        workflowExecutionResource,
        { namespace: listed.name, name: 'c' },
        { status },
        { subresource: 'status' },
      );
      await until('the status is known', async () => (await names({ phase: 'Running' })).length === 1);
    });

    afterAll(() => listed.delete());

    const names = async (wanted: WantedList) => {
      const { ok } = await contract.caller.list(listed.name, wanted);
      return ok?.items.map(({ name }) => name).sort() ?? [];
    };

    it.each<[WantedList, string[]]>([
      [{ phase: 'Running' }, ['c']],
      [{ phase: 'Pending' }, ['a', 'b']],
      [{ phase: 'Pending,Running' }, ['a', 'b', 'c']],
      [{ workflowId: 'other' }, ['c']],
      [{ targetResource: 'x/deploy/a' }, ['a']],
      [{ remediationRequest: 'rr-b' }, ['b']],
      [{ labelSelector: 'team' }, ['a', 'b']],
      [{ labelSelector: 'team in (one),!other' }, ['a']],
      [{ createdAfter: '2026-01-01T00:00:00Z' }, ['a', 'b', 'c']],
      [{ createdBefore: '2026-01-01T00:00:00Z' }, []],
      [{ phase: 'Pending', labelSelector: 'team=two' }, ['b']],
    ])('%j', async (wanted, expected) => {
      expect(await names(wanted)).toEqual(expected);
    });

    it.each<[WantedList, string]>([
      [{ targetResource: 'x' }, 'targetResource'],
      [{ labelSelector: '=' }, 'labelSelector'],
      [{ remediationRequest: 'A' }, 'remediationRequest'],
      [{ minResourceVersion: 'x' }, 'minResourceVersion'],
    ])('nothing for %j, and names the field', async (wanted, field) => {
      const { error } = await contract.caller.list(listed.name, wanted);

      expect(Object.keys(error?.rules ?? {})).toEqual([contract.spelled(field)]);
    });

    it('a token that another replica gave out, but not with another filter', async () => {
      const { ok } = await contract.caller.list(listed.name, { limit: 1, labelSelector: 'team' });
      const wanted = { limit: 1, continue: ok?.next };

      const rest = await contract.other.list(listed.name, { ...wanted, labelSelector: 'team' });
      const { error } = await contract.other.list(listed.name, wanted);

      expect([...(ok?.items ?? []), ...(rest.ok?.items ?? [])].map(({ name }) => name).sort()).toEqual(['a', 'b']);
      expect(error?.rules).toEqual({ [contract.spelled('continue')]: 'was given out for another list' });
    });

    it('no resource version that the cluster has not come to', async () => {
      const { error } = await contract.caller.list(listed.name, { minResourceVersion: '9007199254740993000' });

      expect(error?.text).toBe('the cluster has no resource version 9007199254740993000; ask again without one');
    });

    it('a resource version: what another replica has created is in the list', async () => {
      const created = await contract.caller.create(listed.name, { name: 'just-now', spec: aSpec() });

      const { ok } = await contract.other.list(listed.name, { minResourceVersion: created.ok?.resourceVersion });

      expect(ok?.items.map(({ name }) => name)).toContain('just-now');
      await contract.caller.delete(listed.name, 'just-now');
    });
  });
});
