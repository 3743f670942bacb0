import { describe, expect, it } from '@jest/globals';
import { CancelledError, UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { TargetEvidence } from '../../locking/lock-holders.ts';
import type { Claim } from '../../locking/lock-record.ts';
import type { Acquisition, TargetLocks } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { acquireTarget } from './target.steps.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:04:05Z'));
const other = { namespace: 'payment', name: 'other', uid: 'uid-other' };
const busy: Acquisition = { kind: 'busy', holder: other };
const coolingDown: Acquisition = { kind: 'cooling-down', earlier: other, remainingMs: 5_000 };

/** The step on a cluster, with locks that return this result or fail with this error. */
function aStep(answer: Acquisition | Error) {
  const cluster = aFakeCluster();
  const asked: [string, Claim, Date, AbortSignal, TargetEvidence?][] = [];
  const acquire = (...question: (typeof asked)[number]) => {
    asked.push(question);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const locks = { acquire } as unknown as TargetLocks;
  const step = (execution: WorkflowExecution) => acquireTarget(execution, { ...cluster, locks, clock }, signal);
  return { ...cluster, asked, step };
}

describe('acquiring the target of an execution', () => {
  it('claims it in its canonical form, for the workflow of the execution', async () => {
    const { step, execution, asked } = aStep({ kind: 'acquired' });
    const one = execution({
      spec: { targetResource: 'payment/deploy/payment-api' },
      status: { target: 'payment/deployment/payment-api' },
    });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    const { namespace, name, uid } = one.metadata;
    const workflow = { workflowId: 'oomkill-increase-memory', repository: 'quay.io/kubernaut/oomkill' };
    const claim = { execution: { namespace, name, uid }, ...workflow };
    const evidence = { cooldowns: [], occupant: expect.any(Function) };
    expect(asked).toEqual([['payment/deployment/payment-api', claim, clock.now(), signal, evidence]]);
  });

  it('passes on a running execution on the target, and its cooldowns', async () => {
    const { step, execution, asked } = aStep({ kind: 'acquired' });
    const completionTime = '2026-01-02T03:04:00Z';
    const ended = execution({ metadata: { name: 'a', uid: 'uid-a' }, status: { phase: 'Completed', completionTime } });
    const running = execution({ metadata: { name: 'b', uid: 'uid-b' }, status: { phase: 'Running' } });
    await step(execution());
    const evidence = asked[0]?.[4];
    expect(evidence?.cooldowns).toMatchObject([{ execution: { uid: ended.metadata.uid }, completionTime }]);
    await expect(evidence?.occupant()).resolves.toMatchObject({ uid: running.metadata.uid });
  });

  it('claims nothing when the target cannot be parsed', async () => {
    const { step, execution, asked } = aStep(busy);
    const one = execution({ spec: { targetResource: 'payment-api' } });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(asked).toEqual([]);
  });

  it.each([
    ['another execution holds it', busy, 'ResourceBusy'],
    ['its workflow cools down there', coolingDown, 'RecentlyRemediated'],
  ])('skips the execution when %s', async (_, answer, reason) => {
    const { step, execution } = aStep(answer);
    await expect(step(execution())).resolves.toMatchObject({
      kind: 'observed',
      observation: {
        phase: 'Skipped',
        skip: { reason, skippedAt: '2026-01-02T03:04:05Z', conflictingExecution: other },
      },
    });
  });

  it.each([
    [busy, {}],
    [coolingDown, {}],
    [busy, { spec: { params: [] } }],
  ])('never skips an execution that already has a PipelineRun: %j', async (answer, over) => {
    const { step, execution, unseenPipelineRun } = aStep(answer);
    const one = execution();
    unseenPipelineRun(one, over);
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
  });

  it('skips it although there is a foreign PipelineRun of its name', async () => {
    const { step, execution, unseenPipelineRun } = aStep(busy);
    const one = execution();
    unseenPipelineRun(one, foreignOwned);
    await expect(step(one)).resolves.toMatchObject({ observation: { phase: 'Skipped' } });
  });

  it('keeps the execution Pending and retries when the lock is unavailable', async () => {
    const error = new UnavailableError('no route');
    const { step, execution } = aStep(error);
    await expect(step(execution())).resolves.toEqual({
      kind: 'observed',
      observation: expect.objectContaining({ phase: 'Pending', reason: 'LockUnavailable' }),
      retry: error,
    });
  });

  it('writes nothing when it is cancelled', async () => {
    const { step, execution } = aStep(new CancelledError('stopped'));
    await expect(step(execution())).rejects.toThrow(CancelledError);
  });
});
