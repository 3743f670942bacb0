import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aSpec, aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { ExecutionMetrics } from './execution-metrics.ts';
import { transitions } from './transitions.ts';

const running: WorkflowExecutionStatus = { phase: 'Running', startTime: '2026-01-02T03:04:05Z' };
const completed: WorkflowExecutionStatus = {
  ...running,
  phase: 'Completed',
  outcome: 'Success',
  completionTime: '2026-01-02T03:05:35Z',
};

/** Metrics that record their updates, without the initial zeros. */
function someMetrics() {
  const counted: object[] = [];
  const removed: object[] = [];
  const clock = new FakeClock();
  const counter = (name: string) => ({
    inc: (labels: object, by = 1) => void (by > 0 && counted.push({ name, ...labels })),
    remove: (labels: object) => void removed.push({ name, ...labels }),
  });
  const durations = {
    observe: (labels: object, seconds: number) => counted.push({ name: 'duration', ...labels, seconds }),
    remove: (labels: object) => void removed.push({ name: 'duration', ...labels }),
  };
  const metrics = new ExecutionMetrics(
    counter('total') as never,
    durations as never,
    counter('failures') as never,
    counter('skips') as never,
    clock,
  );
  /** Records the transitions between two statuses of an execution. */
  const end = (before: WorkflowExecutionStatus | undefined, after: WorkflowExecutionStatus, spec = {}) => {
    const execution = anExecution(after, spec);
    for (const one of transitions(anExecution(before, spec), execution)) metrics.record(one, execution);
  };
  return { end, counted, removed, clock };
}

function anExecution(status?: WorkflowExecutionStatus, spec: Partial<WorkflowExecutionSpec> = {}): WorkflowExecution {
  return aWorkflowExecution({ status, spec });
}

const workflow_id = aSpec().workflowRef.workflowId;

describe('an execution is counted', () => {
  it('when its end has been written, with how long it ran', () => {
    const { end, counted } = someMetrics();
    end(running, completed);
    expect(counted).toEqual([
      { name: 'total', workflow_id, outcome: 'Success' },
      { name: 'duration', workflow_id, seconds: 90 },
    ]);
  });

  it('with its reason and without a duration, when it never ran', () => {
    const { end, counted } = someMetrics();
    const skip = { reason: 'ResourceBusy', message: 'busy', skippedAt: '2026-01-02T03:04:05Z' } as const;
    const skipped: WorkflowExecutionStatus = {
      phase: 'Skipped',
      outcome: 'Skipped',
      skip,
      completionTime: skip.skippedAt,
    };
    end(undefined, skipped);
    expect(counted).toEqual([
      { name: 'total', workflow_id, outcome: 'Skipped' },
      { name: 'skips', reason: 'ResourceBusy' },
    ]);
  });

  it('as "other" when there are too many workflows', () => {
    const { end, counted } = someMetrics();
    for (let i = 0; i < 150; i += 1) {
      const spec = { workflowRef: { ...aSpec().workflowRef, workflowId: `workflow-${i}` } };
      end(running, completed, spec);
    }
    expect(counted).toContainEqual({ name: 'total', workflow_id: 'workflow-99', outcome: 'Success' });
    expect(counted).toContainEqual({ name: 'total', workflow_id: 'other', outcome: 'Success' });
    expect(counted).not.toContainEqual({ name: 'total', workflow_id: 'workflow-100', outcome: 'Success' });
  });

  it('under its own name after an unused workflow has been evicted', async () => {
    const { end, counted, removed, clock } = someMetrics();
    const endOne = (workflowId: string) => {
      const spec = { workflowRef: { ...aSpec().workflowRef, workflowId } };
      end(running, completed, spec);
    };
    for (let i = 0; i < 150; i += 1) endOne(`junk-${i}`);
    await clock.advance(3_600_000);
    endOne('real');

    expect(counted).toContainEqual({ name: 'total', workflow_id: 'real', outcome: 'Success' });
    expect(removed).toEqual([
      ...['Success', 'Failed', 'Skipped'].map((outcome) => ({ name: 'total', workflow_id: 'junk-0', outcome })),
      { name: 'duration', workflow_id: 'junk-0' },
    ]);
  });
});

it('an execution is not counted when it starts', () => {
  const { end, counted } = someMetrics();
  end(undefined, running);
  expect(counted).toEqual([]);
});

describe('an execution that has failed', () => {
  const failure = { reason: 'TaskFailed', message: '', wasExecutionFailure: true } as const;

  it('is counted with its reason', () => {
    const { end, counted } = someMetrics();
    const failed: WorkflowExecutionStatus = { ...completed, phase: 'Failed', outcome: 'Failed', failure };
    end(running, failed);
    expect(counted).toContainEqual({ name: 'failures', reason: 'TaskFailed' });
  });

  it('has no duration without a completion time', () => {
    const { end, counted } = someMetrics();
    const failed: WorkflowExecutionStatus = { ...running, phase: 'Failed', outcome: 'Failed', failure };
    end(running, failed);
    expect(counted.map((one) => Object.entries(one)[0])).not.toContainEqual(['name', 'duration']);
  });
});

it('the skip reasons are exported with zero from the start', () => {
  const skips: unknown[] = [];
  const ignoring = { inc: () => undefined, observe: () => undefined, remove: () => undefined };
  const counter = { inc: (labels: object, by?: number) => void skips.push({ ...labels, by }) };
  new ExecutionMetrics(ignoring, ignoring, ignoring, counter as never, new FakeClock());
  expect(skips).toEqual([
    { reason: 'ResourceBusy', by: 0 },
    { reason: 'RecentlyRemediated', by: 0 },
    { reason: 'Restored', by: 0 },
  ]);
});
