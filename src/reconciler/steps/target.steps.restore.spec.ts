import { describe, expect, it, jest } from '@jest/globals';
import { CancelledError, UnavailableError } from '../../kubernetes/errors.ts';
import type { FakeNetwork } from '../../kubernetes/fake-api-server.builders.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { silentLogger } from '../../kubernetes/logger.ts';
import { aReplica, leaseOf } from '../../locking/replica.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { restoreLock } from './target.steps.ts';

const { signal } = new AbortController();
const target = 'payment/deployment/payment-api';
const running = aWorkflowExecution({ status: { phase: 'Running', target } });

function aStep(network: FakeNetwork = {}) {
  const replica = aReplica({ network });
  const warn = jest.fn();
  const context = { locks: replica.locks, clock: new FakeClock(), log: { ...silentLogger, warn } };
  return { ...replica, warn, step: (execution: WorkflowExecution) => restoreLock(execution, context, signal) };
}

/** A network on which every request fails with this error. */
const failing = (error: Error): FakeNetwork => ({ before: () => Promise.reject(error) });

describe('restoring the lock of a running execution', () => {
  it('restores a deleted lock', async () => {
    const { step, server } = aStep();
    await expect(step(running)).resolves.toEqual({ kind: 'next', execution: running });
    const { namespace, name, uid } = running.metadata;
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe(`${namespace}/${name}/${uid}`);
  });

  it('does not stop the execution when the lock cannot be written, and logs which one', async () => {
    const err = new UnavailableError('no route');
    const { step, warn } = aStep(failing(err));
    await expect(step(running)).resolves.toEqual({ kind: 'next', execution: running });
    const which = { execution: 'payment/we-pod-crash', uid: running.metadata.uid, target };
    expect(warn).toHaveBeenCalledWith({ ...which, err }, 'lock not restored');
  });

  it('rejects when its caller cancels', async () => {
    const { step, warn } = aStep(failing(new CancelledError('stopped')));
    await expect(step(running)).rejects.toThrow('stopped');
    expect(warn).not.toHaveBeenCalled();
  });

  it('locks nothing when the target cannot be parsed', async () => {
    const { step, server, warn } = aStep();
    const one = aWorkflowExecution({ status: { phase: 'Running' }, spec: { targetResource: 'payment-api' } });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect([server.verbs, warn.mock.calls]).toEqual([[], []]);
  });
});
