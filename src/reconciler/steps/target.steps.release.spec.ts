import { describe, expect, it, jest } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { silentLogger } from '../../kubernetes/logger.ts';
import { UnreadableLockError } from '../../locking/lock-lease.ts';
import type { Cooldown, ExecutionId } from '../../locking/lock-record.ts';
import type { TargetLocks } from '../../locking/target-locks.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { cooldownOf, idOf } from '../target/lock-claim.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { releaseTarget } from './target.steps.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));
const completionTime = '2026-01-02T03:06:36Z';
const failure = { reason: 'TaskFailed', message: 'no', wasExecutionFailure: true } as const;
const failed: WorkflowExecutionStatus = { phase: 'Failed', completionTime, failure };

function aStep(error?: Error) {
  const cluster = aFakeCluster();
  const warn = jest.fn();
  const released: [string, ExecutionId, Cooldown | undefined, Date, AbortSignal][] = [];
  const locks = {
    release: (...given: (typeof released)[number]) => {
      if (error !== undefined) return Promise.reject(error);
      return Promise.resolve(void released.push(given));
    },
  } as unknown as TargetLocks;
  const log = { ...silentLogger, warn };
  const step = (execution: WorkflowExecution) => releaseTarget(execution, { ...cluster, locks, clock, log }, signal);
  return { ...cluster, released, warn, step };
}

describe('releasing the target of an execution', () => {
  it('writes the cooldown to the lock', async () => {
    const { step, execution, released } = aStep();
    const status = { ...failed, target: 'payment/deployment/payment-api' };
    const one = execution({ status, spec: { targetResource: 'payment/deploy/payment-api' } });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    const target = 'payment/deployment/payment-api';
    expect(released).toEqual([[target, idOf(one), cooldownOf(one, clock.now()), clock.now(), signal]]);
    expect(released[0]?.[2]).toMatchObject({ completionTime });
  });

  it('logs a Lease that cannot be parsed and does not wait for its deletion', async () => {
    const err = new UnreadableLockError('garbage');
    const { step, execution, warn } = aStep(err);
    const one = execution({ status: failed });
    await expect(step(one)).resolves.toMatchObject({ kind: 'next' });
    const which = {
      execution: 'payment/we-pod-crash',
      uid: one.metadata.uid,
      target: 'payment/deployment/payment-api',
    };
    expect(warn.mock.calls).toEqual([[{ ...which, err }, 'lock not released']]);
  });

  it('fails with any other error', async () => {
    const { step, execution } = aStep(new UnavailableError('no route'));
    await expect(step(execution({ status: failed }))).rejects.toThrow('no route');
  });

  it('releases nothing when the target cannot be parsed', async () => {
    const { step, execution, released } = aStep();
    const one = execution({ status: failed, spec: { targetResource: 'payment-api' } });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(released).toEqual([]);
  });
});
