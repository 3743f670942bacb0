import { describe, expect, it } from '@jest/globals';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { until } from '../../support/until.ts';
import { onBothTransports } from './on-both-transports.ts';

await onBothTransports('end', (contract) => {
  const { caller } = contract;
  const create = async (name: string) => (await caller.create(contract.namespace, { name, spec: aSpec() })).ok;

  it.each(['get', 'cancel', 'delete'] as const)('%s of an execution that does not exist is NOT_FOUND', async (verb) => {
    expect((await caller[verb](contract.namespace, 'missing')).error).toMatchObject({
      kind: 'NOT_FOUND',
      text: `namespaces/${contract.namespace}/workflowExecutions/missing does not exist`,
    });
  });

  describe('cancel', () => {
    it('is idempotent', async () => {
      await create('to-cancel');

      const first = await caller.cancel(contract.namespace, 'to-cancel');
      const again = await caller.cancel(contract.namespace, 'to-cancel');

      expect(first.ok?.cancelRequested).toBe(true);
      expect(again.ok).toEqual(first.ok);
    });

    it('becomes immediate on request, and stays immediate', async () => {
      await create('to-cancel-at-once');
      const modeOf = async () => {
        const key = { namespace: contract.namespace, name: 'to-cancel-at-once' };
        return (await contract.kubernetes.get(workflowExecutionResource, key)).spec.cancelMode;
      };

      await caller.cancel(contract.namespace, 'to-cancel-at-once');
      expect(await modeOf()).toBeUndefined();
      const immediate = await caller.cancel(contract.namespace, 'to-cancel-at-once', 'Immediate');
      expect(await modeOf()).toBe('Immediate');
      const graceful = await caller.cancel(contract.namespace, 'to-cancel-at-once', 'Graceful');

      expect(graceful.ok).toEqual(immediate.ok);
      expect(await modeOf()).toBe('Immediate');
    });

    it('refuses an execution that has ended', async () => {
      await create('ended');
      await contract.kubernetes.patch(
        workflowExecutionResource,
        { namespace: contract.namespace, name: 'ended' },
        { status: { phase: 'Completed', outcome: 'Success', completionTime: '2026-01-01T00:00:00Z' } },
        { subresource: 'status' },
      );

      const { error } = await caller.cancel(contract.namespace, 'ended');

      expect(error).toMatchObject({ kind: 'FAILED_PRECONDITION', text: expect.stringContaining('it is Completed') });
    });
  });

  describe('delete', () => {
    it('shows an execution as being deleted until its finalizer is gone', async () => {
      const key = { namespace: contract.namespace, name: 'to-delete' };
      const created = await create('to-delete');

      const deleted = await caller.delete(contract.namespace, 'to-delete');
      const again = await caller.delete(contract.namespace, 'to-delete');
      await contract.kubernetes.patch(workflowExecutionResource, key, { metadata: { finalizers: null } });

      expect(deleted.ok).toMatchObject({ uid: created?.uid, isBeingDeleted: true });
      expect(again.ok?.isBeingDeleted).toBe(true);
      const isGone = async () => (await caller.get(contract.namespace, 'to-delete')).error?.kind === 'NOT_FOUND';
      await until('it is gone', isGone);
    });

    it.each([
      ['uid', { uid: 'another' }],
      ['resource version', { resourceVersion: '1' }],
    ])('keeps an execution of another %s', async (what, only) => {
      const name = `kept-${what.replace(' ', '-')}`;
      const created = await create(name);

      const { error } = await caller.delete(contract.namespace, name, only);

      expect(error?.kind).toBe('ABORTED');
      const { metadata } = await contract.kubernetes.get(workflowExecutionResource, {
        namespace: contract.namespace,
        name,
      });
      expect(metadata).toMatchObject({ uid: created?.uid });
      expect(metadata.deletionTimestamp).toBeUndefined();
    });

    it('deletes the execution of the given uid and resource version', async () => {
      const created = await create('as-read');

      const deleted = await caller.delete(contract.namespace, 'as-read', {
        uid: created?.uid,
        resourceVersion: created?.resourceVersion,
      });

      expect(deleted.ok).toMatchObject({ uid: created?.uid, isBeingDeleted: true });
    });
  });
});
