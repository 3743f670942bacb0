import { describe, expect, it } from '@jest/globals';
import { InvalidError, UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';
import { enforceStartDeadline, startDeadlineInMs } from './pending.steps.ts';

const { signal } = new AbortController();
const refusedAt = '2026-01-02T03:00:00Z';
const refused: WorkflowExecutionStatus = {
  phase: 'Pending',
  conditions: [
    {
      ...{ type: 'PipelineRunCreated', status: 'False', reason: 'Forbidden', message: 'exceeded quota' },
      lastTransitionTime: refusedAt,
    },
  ],
};

function aStep(minutes: number, startDeadlineWhilePaused = false) {
  const cluster = aFakeCluster();
  const clock = new FakeClock(new Date(Date.parse(refusedAt) + minutes * 60_000));
  const refusedStatuses = new RefusedStatuses(clock);
  const config = { startDeadlineMs: 600_000, startDeadlineWhilePaused };
  const context = { ...cluster, clock, refusedStatuses, config };
  const step = (execution: WorkflowExecution) => enforceStartDeadline(execution, context, signal);
  const dueInMs = (execution: WorkflowExecution) => startDeadlineInMs(execution, context);
  return { ...cluster, clock, refusedStatuses, step, dueInMs };
}

describe('the start deadline', () => {
  it.each([
    ['does not pass', false, { kind: 'next' }],
    ['passes if the setting says so', true, { kind: 'observed', observation: { phase: 'Failed' } }],
  ])('%s during a pause', async (_, startDeadlineWhilePaused, expected) => {
    const { step, execution, pause } = aStep(10, startDeadlineWhilePaused);
    pause('payment', 'maintenance');
    await expect(step(execution({ status: refused }))).resolves.toMatchObject(expected);
  });

  it.each([
    ['was not attempted', 60, undefined],
    ['was refused a short time ago', 9, refused],
  ])('continues with an execution that %s', async (_, minutes, status) => {
    const { step, execution, server } = aStep(minutes);
    const one = execution({ status });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });

  it.each([
    ['was not attempted', 9, undefined, undefined],
    ['was refused a short time ago', 9, refused, 60_000],
    ['is due', 10, refused, undefined],
    ['has failed', 9, { ...refused, phase: 'Failed' as const }, undefined],
  ])('has a remaining time for an execution that %s', (_, minutes, status, expected) => {
    const { dueInMs, execution } = aStep(minutes);
    expect(dueInMs(execution({ status }))).toBe(expected);
  });

  it.each([
    ['there is no PipelineRun', undefined],
    ['there is a foreign one of its name', foreignOwned],
  ])('fails an execution that was refused for too long when %s', async (_, other) => {
    const { step, execution, unseenPipelineRun } = aStep(10);
    const one = execution({ status: refused });
    if (other) unseenPipelineRun(one, other);
    await expect(step(one)).resolves.toMatchObject({
      kind: 'observed',
      observation: { phase: 'Failed', failure: { reason: 'Forbidden', wasExecutionFailure: false } },
    });
  });

  it('fails an execution whose status could not be written for too long', async () => {
    const { step, execution, refusedStatuses, clock } = aStep(0);
    const one = execution();
    const refuse = () => refusedStatuses.written(one, Promise.reject(new InvalidError('Too long')));
    await expect(refuse()).rejects.toThrow('Too long');
    await clock.advance(599_999);
    await expect(refuse()).rejects.toThrow('Too long');
    await expect(step(one)).resolves.toMatchObject({ kind: 'next' });
    await clock.advance(1);
    await expect(step(one)).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { message: expect.stringContaining('refused its status') } },
    });
  });

  it('does not count time without the API server, or before the first status', async () => {
    const { step, execution, refusedStatuses, clock } = aStep(0);
    const one = execution();
    const failing = refusedStatuses.written(one, Promise.reject(new UnavailableError('no route')));
    await expect(failing).rejects.toThrow('no route');
    await clock.advance(600_000);
    await expect(step(one)).resolves.toMatchObject({ kind: 'next' });
    const refused = refusedStatuses.written(one, Promise.reject(new InvalidError('Too long')));
    await expect(refused).rejects.toThrow('Too long');
    await refusedStatuses.written(one, Promise.resolve(one));
    await clock.advance(600_000);
    await expect(step(one)).resolves.toMatchObject({ kind: 'next' });
  });

  it('continues if an earlier attempt has created the PipelineRun', async () => {
    const { step, execution, unseenPipelineRun } = aStep(60);
    const one = execution({ status: refused });
    unseenPipelineRun(one);
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
  });
});
