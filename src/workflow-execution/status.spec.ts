import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Condition, Phase, WorkflowExecution } from './generated/workflow-execution.ts';
import type { Observation } from './observation.ts';
import { isTerminal, phaseOf } from './execution.ts';
import { cancellingMode, hasSkippedAllTasks, isEndNotRecorded, nextStatus } from './status.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

const now = new Date('2026-01-02T03:10:00.789Z');
const reference = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'run-1', namespace: 'payment', uid: 'u-1' };
const running: Observation = { phase: 'Running', pipelineRun: reference, message: 'runs' };
const failure = { reason: 'TaskFailed', message: 'no', wasExecutionFailure: true } as const;

function conditions(execution: WorkflowExecution): string[] {
  return (execution.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

function after(observations: readonly Observation[], execution = aWorkflowExecution()): WorkflowExecution {
  return observations.reduce(
    (current, observation) => ({ ...current, status: nextStatus(current, observation, now) }),
    execution,
  );
}

describe('the status of an execution', () => {
  it('is Pending with the reason while the PipelineRun cannot be created', () => {
    const execution = after([{ phase: 'Pending', reason: 'Forbidden', message: 'no rights yet' }]);
    expect(execution.status).toMatchObject({ phase: 'Pending', message: 'no rights yet', observedGeneration: 1 });
    expect(conditions(execution)).toEqual(['Ready=Unknown Forbidden', 'PipelineRunCreated=False Forbidden']);
  });

  it('is Running with its PipelineRun', () => {
    const execution = after([running]);
    expect(execution.status).toMatchObject({ phase: 'Running', pipelineRunRef: reference, message: 'runs' });
    expect(execution.status).not.toHaveProperty('outcome');
    expect(conditions(execution)).toEqual(['Ready=Unknown Running', 'PipelineRunCreated=True PipelineRunCreated']);
  });

  it('reports a cancellation rather than a wait', () => {
    const execution = after([running, { ...running, waiting: 'Ending', cancelling: 'Graceful' }]);
    expect(conditions(execution)).toContain('Ready=Unknown Cancelling');
    expect(cancellingMode(execution)).toBe('Graceful');
    expect(cancellingMode(after([running, { ...running, cancelling: 'Immediate' }]))).toBe('Immediate');
    expect(cancellingMode(after([running]))).toBeUndefined();
  });

  it('reports what it waits for', () => {
    expect(conditions(after([{ ...running, waiting: 'Unschedulable' }]))).toContain('Ready=Unknown Unschedulable');
  });

  it('reports that Tekton does not record the end, even while it is canceled', () => {
    const execution = after([{ ...running, endNotRecorded: true, cancelling: 'Immediate' }]);
    expect(conditions(execution)).toContain('Ready=Unknown EndNotRecorded');
    expect(isEndNotRecorded(execution)).toBe(true);
    expect(isEndNotRecorded(after([running]))).toBe(false);
  });

  it('reports that all tasks were skipped', () => {
    const completed: Observation = { phase: 'Completed', pipelineRun: reference, message: 'done' };
    const execution = after([running, { ...completed, allTasksSkipped: true }]);
    expect(conditions(execution)).toContain('Ready=True AllTasksSkipped');
    expect(hasSkippedAllTasks(execution)).toBe(true);
    expect(hasSkippedAllTasks(after([running, completed]))).toBe(false);
  });

  it('is Completed with times, bundle and results of its PipelineRun', () => {
    const times = {
      startTime: '2026-01-02T03:05:00Z',
      completionTime: '2026-01-02T03:06:00Z',
      bundleDigest: `sha256:${'a'.repeat(64)}`,
      results: [{ name: 'node', value: 'w1' }],
    };
    const execution = after([running, { phase: 'Completed', pipelineRun: reference, message: 'done', ...times }]);
    expect(execution.status).toMatchObject({ phase: 'Completed', outcome: 'Success', ...times });
    expect(execution.status).toHaveProperty('duration', '1m');
    expect(conditions(execution)).toEqual([
      'Ready=True Completed',
      'PipelineRunCreated=True PipelineRunCreated',
      'Finished=True Completed',
    ]);
  });

  it('is Failed with the reason, and keeps its start time', () => {
    const execution = after([
      { ...running, startTime: '2026-01-02T03:05:00Z' },
      { phase: 'Failed', failure },
    ]);
    expect(execution.status).toMatchObject({
      phase: 'Failed',
      outcome: 'Failed',
      failure,
      startTime: '2026-01-02T03:05:00Z',
      completionTime: '2026-01-02T03:10:00Z',
    });
    expect(execution.status).toHaveProperty('duration', '5m');
    expect(conditions(execution)).toEqual([
      'Ready=False TaskFailed',
      'PipelineRunCreated=True PipelineRunCreated',
      'Finished=True TaskFailed',
      'Stalled=True TaskFailed',
    ]);
  });

  it('reports that no PipelineRun was created if it failed before', () => {
    const execution = after([{ phase: 'Failed', failure: { ...failure, reason: 'PipelineRunConflict' } }]);
    expect(conditions(execution)).toContain('PipelineRunCreated=False PipelineRunConflict');
    expect(execution.status).not.toHaveProperty('pipelineRunRef');
  });

  it('is Skipped with the reason', () => {
    const skip = { reason: 'ResourceBusy', message: 'busy', skippedAt: '2026-01-02T03:10:00Z' } as const;
    const execution = after([{ phase: 'Skipped', skip }]);
    expect(execution.status).toMatchObject({ phase: 'Skipped', outcome: 'Skipped', skip, message: 'busy' });
  });

  it('keeps the first PipelineRun', () => {
    const other = { ...reference, name: 'run-2' };
    expect(after([running, { ...running, pipelineRun: other }]).status?.pipelineRunRef).toEqual(reference);
  });

  it('truncates messages to the limits of the CRD', () => {
    const long = { ...failure, message: 'x'.repeat(10_000) };
    const { status } = after([{ phase: 'Failed', failure: long }]);
    expect(status?.failure?.message).toHaveLength(4096);
  });

  it('has the whole message in the failure, and less than 200 characters elsewhere', () => {
    const message = `Read the logs. ${'x'.repeat(300)}`;
    const { status } = after([running, { phase: 'Failed', failure: { ...failure, message } }]);
    expect(status?.failure?.message).toBe(message);
    expect(status?.message).toBe(`${message.slice(0, 198)}…`);
    expect(status?.conditions?.map((condition) => condition.message.length)).toEqual([
      199,
      expect.any(Number),
      199,
      199,
    ]);
  });

  it('has the whole reason why no PipelineRun is created, for the start deadline', () => {
    const message = 'x'.repeat(300);
    const { status } = after([{ phase: 'Pending', reason: 'Forbidden', message }]);
    expect(status?.conditions?.map((condition) => condition.message.length)).toEqual([199, 300]);
  });
});

describe('the times of an execution', () => {
  it('have no end while it runs, and default to the time of the write', () => {
    const { status: runs } = after([{ ...running, startTime: '2026-01-02T03:05:00Z' }]);
    expect(runs).not.toHaveProperty('completionTime');
    expect(runs).not.toHaveProperty('duration');
    const { status } = after([{ phase: 'Completed', pipelineRun: reference, message: 'done' }]);
    expect(status).toMatchObject({ completionTime: '2026-01-02T03:10:00Z' });
    expect(status).not.toHaveProperty('startTime');
    expect(status).not.toHaveProperty('duration');
    expect(status).not.toHaveProperty('bundleDigest');
  });

  it('do not give a negative duration under clock skew', () => {
    const times = { startTime: '2026-01-02T03:05:02Z', completionTime: '2026-01-02T03:05:00Z' };
    const { status } = after([{ phase: 'Completed', pipelineRun: reference, message: 'done', ...times }]);
    expect(status).toHaveProperty('duration', '0s');
  });

  it('are absent for a run that had not started', () => {
    const startTime = '2026-01-02T03:05:00Z';
    const pending = { phase: 'Pending', reason: 'Forbidden', message: 'no', startTime } as const;
    expect(after([pending]).status).not.toHaveProperty('startTime');
    const skip = { reason: 'ResourceBusy', message: 'busy', skippedAt: startTime } as const;
    const skipped = { phase: 'Skipped', skip, startTime } as const;
    expect(after([skipped]).status).not.toHaveProperty('startTime');
  });
});

it('the observed generation is absent without a generation', () => {
  const execution = after([running], aWorkflowExecution({ metadata: { generation: undefined } }));
  expect(execution.status).not.toHaveProperty('observedGeneration');
  expect(execution.status?.conditions?.[0]).not.toHaveProperty('observedGeneration');
});

const time = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const word = fc.stringMatching(/^[A-Z][a-z]{1,8}$/);
const message = fc.string({ maxLength: 30 });
const times = fc.record({ startTime: time, completionTime: time }, { requiredKeys: [] });
const pipelineRun = fc.constantFrom(reference, { ...reference, name: 'run-2' });
const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({ phase: fc.constant('Pending' as const), reason: word, message }),
  fc.tuple(fc.record({ phase: fc.constant('Running' as const), pipelineRun, message }), times).map(merged),
  fc.tuple(fc.record({ phase: fc.constant('Completed' as const), pipelineRun, message }), times).map(merged),
  fc
    .tuple(fc.record({ phase: fc.constant('Failed' as const), failure: fc.constant(failure) }), times)
    .map(([end, when]) => ({ ...end, ...when })),
  fc.record({
    phase: fc.constant('Skipped' as const),
    skip: fc.record({ reason: fc.constant('ResourceBusy' as const), message, skippedAt: time }),
  }),
);
function merged<A, B>([a, b]: [A, B]): A & B {
  return { ...a, ...b };
}
const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
const history = fc.array(fc.tuple(observation, moment), { maxLength: 12 });

/** The states after each observation, including the initial one. */
function states(events: readonly (readonly [Observation, Date])[]): WorkflowExecution[] {
  const all = [aWorkflowExecution()];
  for (const [seen, at] of events) {
    const current = all.at(-1)!;
    all.push({ ...current, status: nextStatus(current, seen, at) });
  }
  return all;
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.slice(1).map((item, index) => [list[index]!, item]);
}

describe('in every sequence of observations', () => {
  it('a final status does not change', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const [before, later] of pairs(states(events))) {
          if (isTerminal(phaseOf(before))) expect(later.status).toEqual(before.status);
        }
      }),
    );
  });

  it('phases only advance', () => {
    const rank: Record<Phase, number> = { Pending: 0, Running: 1, Completed: 2, Failed: 2, Skipped: 2 };
    fc.assert(
      fc.property(history, (events) => {
        for (const [before, later] of pairs(states(events))) {
          expect(rank[phaseOf(later)]).toBeGreaterThanOrEqual(rank[phaseOf(before)]);
        }
      }),
    );
  });

  it('repeating an observation changes nothing', () => {
    fc.assert(
      fc.property(history, observation, moment, moment, (events, seen, first, second) => {
        const once = states([...events, [seen, first]]).at(-1)!;
        expect(nextStatus(once, seen, second)).toEqual(once.status);
      }),
    );
  });

  it('lastTransitionTime changes only with the status of its condition', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const [[before, later], [, at]] of pairs(states(events)).map((pair, i) => [pair, events[i]!] as const)) {
          for (const condition of later.status?.conditions ?? []) {
            const old = before.status?.conditions?.find(({ type }) => type === condition.type);
            const expected: Condition['lastTransitionTime'] =
              old?.status === condition.status ? old.lastTransitionTime : `${at.toISOString().slice(0, -5)}Z`;
            expect(condition.lastTransitionTime).toBe(expected);
          }
        }
      }),
    );
  });

  it('the CRD accepts the status: outcome, failure and skip match the phase', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const { status = {} } of states(events)) {
          expect(status.failure !== undefined).toBe(status.phase === 'Failed');
          expect(status.skip !== undefined).toBe(status.phase === 'Skipped');
          expect(status.outcome !== undefined).toBe(status.phase !== undefined && isTerminal(status.phase));
        }
      }),
    );
  });
});
