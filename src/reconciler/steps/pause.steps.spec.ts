import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { TargetLocks } from '../../locking/target-locks.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { observePause } from '../observe/observe-pause.ts';
import { lateCreateMs } from '../pipelinerun/unconfirmed-creates.ts';
import { awaitPauseEnd } from './pause.steps.ts';

const { signal } = new AbortController();
const reason = 'maintenance';
const target = 'payment/deployment/payment-api';

/** @param isLocked whether the execution has the lock of its target */
function aStep({ isLocked = false, startDeadlineWhilePaused = false } = {}) {
  const cluster = aFakeCluster({}, new FakeClock(new Date('2026-01-02T03:05:06Z')));
  const released: string[] = [];
  const locks = {
    isHeldBy: () => isLocked,
    release: (name: string) => Promise.resolve(void released.push(name)),
  } as unknown as TargetLocks;
  const config = { statusDeadlineMs: 600_000, startDeadlineMs: 600_000, startDeadlineWhilePaused };
  const context = { ...cluster, locks, config };
  const step = (execution: WorkflowExecution) => Promise.resolve(awaitPauseEnd(execution, context, signal));
  return { ...cluster, released, step };
}

/** The status of an execution that was paused. */
function pausedStatus(stopsStartDeadline = true): WorkflowExecutionStatus {
  const one = aFakeCluster().execution();
  return nextStatus(one, observePause({ reason }, stopsStartDeadline), new Date('2026-01-02T03:04:06Z'));
}

describe('an execution whose namespace is paused', () => {
  it('stays Pending, with the pause as its reason, without a request', async () => {
    const { step, execution, pause, server } = aStep();
    pause('payment', reason);
    await expect(step(execution())).resolves.toEqual({
      kind: 'observed',
      observation: {
        ...{ phase: 'Pending', reason: 'Paused', stopsStartDeadline: true },
        message: 'Waits for the end of a pause. Namespace payment is paused: maintenance',
      },
    });
    expect(server.verbs).toEqual([]);
  });

  it('is followed if an earlier attempt has started it', async () => {
    const { step, execution, unseenPipelineRun, pause } = aStep({ isLocked: true });
    const one = execution();
    unseenPipelineRun(one);
    pause('payment', reason);
    await expect(step(one)).resolves.toMatchObject({ observation: { phase: 'Running', begun: 'adopted' } });
  });

  it('releases its target', async () => {
    const { step, execution, pause, released } = aStep({ isLocked: true });
    pause('payment', reason);
    await expect(step(execution())).resolves.toMatchObject({ observation: { reason: 'Paused' } });
    expect(released).toEqual([target]);
  });

  it('keeps its target while its PipelineRun may still be created', async () => {
    const { step, execution, pause, creates, released } = aStep({ isLocked: true });
    const one = execution();
    creates.add(one.metadata);
    pause('payment', reason);
    await expect(step(one)).resolves.toMatchObject({
      observation: { reason: 'Paused' },
      requeueAfterMs: lateCreateMs,
    });
    expect(released).toEqual([]);
  });

  it('reaches its start deadline if the setting says so', async () => {
    const { step, execution, pause } = aStep({ startDeadlineWhilePaused: true });
    const status = pausedStatus(false);
    pause('payment', reason);
    await expect(step(execution({ status }))).resolves.toMatchObject({
      observation: { stopsStartDeadline: false },
      requeueAfterMs: 540_000,
    });
  });
});

describe('an execution whose namespace is not paused', () => {
  const later = { metadata: { name: 'later', uid: 'uid-later', creationTimestamp: '2026-01-02T03:05:00Z' } };

  it('starts, without a request', async () => {
    const { step, execution, server } = aStep({ isLocked: true });
    const one = execution({ status: pausedStatus() });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });

  it('waits for an earlier one on its target that was paused', async () => {
    const { step, execution } = aStep();
    const first = execution({ status: pausedStatus() });
    const second = execution({ ...later, status: pausedStatus() });
    await expect(step(second)).resolves.toMatchObject({ kind: 'settled' });
    await expect(step(first)).resolves.toMatchObject({ kind: 'next' });
  });

  it('does not wait for an earlier one on another target, or one that is paused itself', async () => {
    const { step, execution, pause } = aStep();
    execution({ status: pausedStatus(), spec: { targetResource: 'payment/deployment/other' } });
    execution({ metadata: { name: 'b', namespace: 'billing', uid: 'b' }, status: pausedStatus() });
    pause('billing', reason);
    await expect(step(execution({ ...later, status: pausedStatus() }))).resolves.toMatchObject({ kind: 'next' });
  });
});
