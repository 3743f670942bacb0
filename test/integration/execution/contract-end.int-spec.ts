import { describe, expect, it } from '@jest/globals';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { until } from '../support/until.ts';
import { onBothTransports } from './on-both-transports.ts';

onBothTransports('end', (contract) => {
  /** Gives an execution a status, as the reconciler would. */
  const setStatus = (name: string, status: object) =>
    contract.kubernetes.patch(
      workflowExecutionResource,
      { namespace: contract.namespace, name },
      { status },
      { subresource: 'status' },
    );

  describe('cancels', () => {
    it('an execution, and does so again when asked again', async () => {
      await contract.caller.create(contract.namespace, { name: 'to-cancel', spec: aSpec() });

      const first = await contract.caller.cancel(contract.namespace, 'to-cancel');
      const again = await contract.caller.cancel(contract.namespace, 'to-cancel');

      expect(first.ok?.cancelRequested).toBe(true);
      expect(again.ok).toEqual(first.ok);
    });

    it('no execution that has ended', async () => {
      await contract.caller.create(contract.namespace, { name: 'ended', spec: aSpec() });
      await setStatus('ended', { phase: 'Completed', outcome: 'Success', completionTime: '2026-01-01T00:00:00Z' });

      const { error } = await contract.caller.cancel(contract.namespace, 'ended');

      expect(error).toMatchObject({ kind: 'FAILED_PRECONDITION', text: expect.stringContaining('it is Completed') });
    });

    it('no execution that is not there', async () => {
      expect((await contract.caller.cancel(contract.namespace, 'nobody')).error?.kind).toBe('NOT_FOUND');
    });
  });

  describe('deletes', () => {
    it('an execution, which waits for its end and shows that', async () => {
      const key = { namespace: contract.namespace, name: 'to-delete' };
      const created = await contract.caller.create(contract.namespace, { name: 'to-delete', spec: aSpec() });

      const deleted = await contract.caller.delete(contract.namespace, 'to-delete');
      const again = await contract.caller.delete(contract.namespace, 'to-delete');
      await contract.kubernetes.patch(workflowExecutionResource, key, { metadata: { finalizers: null } });

      expect(deleted.ok).toMatchObject({ uid: created.ok?.uid, isBeingDeleted: true });
      expect(again.ok?.isBeingDeleted).toBe(true);
      const isGone = async () =>
        (await contract.caller.get(contract.namespace, 'to-delete')).error?.kind === 'NOT_FOUND';
      await until('it is gone', isGone);
    });

    it.each([
      ['uid', { uid: 'another' }],
      ['resource version', { resourceVersion: '1' }],
    ])('no execution whose %s is another one', async (what, only) => {
      const name = `kept-${what.replace(' ', '-')}`;
      const created = await contract.caller.create(contract.namespace, { name, spec: aSpec() });

      const { error } = await contract.caller.delete(contract.namespace, name, only);

      expect(error?.kind).toBe('ABORTED');
      expect((await contract.caller.get(contract.namespace, name)).ok?.uid).toBe(created.ok?.uid);
    });

    it('the execution whose uid and resource version are those that were read', async () => {
      const { ok } = await contract.caller.create(contract.namespace, { name: 'as-read', spec: aSpec() });

      const deleted = await contract.caller.delete(contract.namespace, 'as-read', {
        uid: ok?.uid,
        resourceVersion: ok?.resourceVersion,
      });

      expect(deleted.ok?.uid).toBe(ok?.uid);
    });

    it('no execution that is not there', async () => {
      expect((await contract.caller.delete(contract.namespace, 'nobody')).error?.kind).toBe('NOT_FOUND');
    });
  });
});
