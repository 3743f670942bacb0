import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aSpec, aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { ExecutionMetrics } from './execution-metrics.ts';

const running: WorkflowExecutionStatus = { phase: 'Running', startTime: '2026-01-02T03:04:05Z' };
const completed: WorkflowExecutionStatus = {
  ...running,
  phase: 'Completed',
  outcome: 'Success',
  completionTime: '2026-01-02T03:05:35Z',
};

/** Metrics that write down what they are told, less the zeros of the beginning. */
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
  return { metrics, counted, removed, clock };
}

function anExecution(status?: WorkflowExecutionStatus, spec: Partial<WorkflowExecutionSpec> = {}): WorkflowExecution {
  return aWorkflowExecution({ status, spec });
}

const workflow_id = aSpec().workflowRef.workflowId;

describe('an execution is counted', () => {
  it('when its end has been written, with how long it ran', async () => {
    const { metrics, counted } = someMetrics();
    const writing = Promise.resolve(anExecution(completed));
    await expect(metrics.written(anExecution(running), completed, writing)).resolves.toMatchObject({
      status: completed,
    });
    expect(counted).toEqual([
      { name: 'total', workflow_id, outcome: 'Success' },
      { name: 'duration', workflow_id, seconds: 90 },
    ]);
  });

  it('with its reason and without a duration, when it never ran', async () => {
    const { metrics, counted } = someMetrics();
    const skip = { reason: 'ResourceBusy', message: 'busy', skippedAt: '2026-01-02T03:04:05Z' } as const;
    const skipped: WorkflowExecutionStatus = {
      phase: 'Skipped',
      outcome: 'Skipped',
      skip,
      completionTime: skip.skippedAt,
    };
    await metrics.written(anExecution(), skipped, Promise.resolve(anExecution(skipped)));
    expect(counted).toEqual([
      { name: 'total', workflow_id, outcome: 'Skipped' },
      { name: 'skips', reason: 'ResourceBusy' },
    ]);
  });

  it('under "other" when there are very many workflows', async () => {
    const { metrics, counted } = someMetrics();
    for (let i = 0; i < 150; i += 1) {
      const spec = { workflowRef: { ...aSpec().workflowRef, workflowId: `workflow-${i}` } };
      await metrics.written(anExecution(running, spec), completed, Promise.resolve(anExecution(completed, spec)));
    }
    expect(counted).toContainEqual({ name: 'total', workflow_id: 'workflow-99', outcome: 'Success' });
    expect(counted).toContainEqual({ name: 'total', workflow_id: 'other', outcome: 'Success' });
    expect(counted).not.toContainEqual({ name: 'total', workflow_id: 'workflow-100', outcome: 'Success' });
  });

  it('under its own name also after junk, which is removed when it has not been used for an hour', async () => {
    const { metrics, counted, removed, clock } = someMetrics();
    const end = async (workflowId: string) => {
      const spec = { workflowRef: { ...aSpec().workflowRef, workflowId } };
      await metrics.written(anExecution(running, spec), completed, Promise.resolve(anExecution(completed, spec)));
    };
    for (let i = 0; i < 150; i += 1) await end(`junk-${i}`);
    await clock.advance(3_600_000);
    await end('real');

    expect(counted).toContainEqual({ name: 'total', workflow_id: 'real', outcome: 'Success' });
    expect(removed).toEqual([
      ...['Success', 'Failed', 'Skipped'].map((outcome) => ({ name: 'total', workflow_id: 'junk-0', outcome })),
      { name: 'duration', workflow_id: 'junk-0' },
    ]);
  });

  it('once when the answer to the write of its end was lost, as soon as the end is seen', async () => {
    const { metrics, counted } = someMetrics();
    const lost = new UnavailableError('reset');
    await expect(metrics.written(anExecution(running), completed, Promise.reject(lost))).rejects.toBe(lost);
    expect(counted).toEqual([]);

    metrics.seen(anExecution(completed));
    metrics.seen(anExecution(completed));

    expect(counted.filter((one) => 'outcome' in one)).toHaveLength(1);
  });

  it('once when the lost write had no effect and is made again', async () => {
    const { metrics, counted } = someMetrics();
    const lost = new UnavailableError('reset');
    await expect(metrics.written(anExecution(running), completed, Promise.reject(lost))).rejects.toBe(lost);
    metrics.seen(anExecution(running));
    await metrics.written(anExecution(running), completed, Promise.resolve(anExecution(completed)));
    metrics.seen(anExecution(completed));
    expect(counted.filter((one) => 'outcome' in one)).toHaveLength(1);
  });
});

describe('an execution is not counted', () => {
  it.each<[string, WorkflowExecutionStatus | undefined, WorkflowExecutionStatus]>([
    ['when it begins to run', undefined, running],
    ['when it ended before', completed, { ...completed, message: 'said again' }],
  ])('%s', async (_, before, after) => {
    const { metrics, counted } = someMetrics();
    await metrics.written(anExecution(before), after, Promise.resolve(anExecution(after)));
    expect(counted).toEqual([]);
  });

  it('when its end was decided on a state that is outdated: somebody else has perhaps written and counted it', async () => {
    const { metrics, counted } = someMetrics();
    await metrics.written(anExecution(running), completed, Promise.resolve('outdated'));
    metrics.seen(anExecution(completed));
    expect(counted).toEqual([]);
  });

  it('when it is only seen to have ended, as after a restart', () => {
    const { metrics, counted } = someMetrics();
    metrics.seen(anExecution(completed));
    expect(counted).toEqual([]);
  });
});

describe('an execution that has failed', () => {
  const failure = { reason: 'TaskFailed', message: '', wasExecutionFailure: true } as const;

  it('is counted with its reason', async () => {
    const { metrics, counted } = someMetrics();
    const failed: WorkflowExecutionStatus = { ...completed, phase: 'Failed', outcome: 'Failed', failure };
    await metrics.written(anExecution(running), failed, Promise.resolve(anExecution(failed)));
    expect(counted).toContainEqual({ name: 'failures', reason: 'TaskFailed' });
  });

  it('has no duration when nobody knows when it ended', async () => {
    const { metrics, counted } = someMetrics();
    const failed: WorkflowExecutionStatus = { ...running, phase: 'Failed', outcome: 'Failed', failure };
    await metrics.written(anExecution(running), failed, Promise.resolve(anExecution(failed)));
    expect(counted.map((one) => Object.entries(one)[0])).not.toContainEqual(['name', 'duration']);
  });
});

it('the reasons for a skip are there from the beginning, with zero', () => {
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
