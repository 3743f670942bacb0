import { describe, expect, it } from '@jest/globals';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import {
  aStep,
  completionTime,
  isRunning,
  startDeadlineMs,
  startTime,
  statusDeadlineMs,
  written,
} from './follow-pipeline-run.builders.ts';

describe('following an execution whose PipelineRun is kept pending, as by Kueue', () => {
  const pending = { spec: { status: 'PipelineRunPending' }, metadata: { creationTimestamp: startTime } };
  const cancelled = { ...succeeded('False', 'Cancelled'), startTime, completionTime };
  const deadline = { phase: 'Running', waiting: 'StartDeadlineExceeded' };

  /** The execution after its start deadline, as recorded in its status. */
  async function overdue(spec: { cancelRequested?: boolean } = {}) {
    const cluster = aStep();
    const created = cluster.execution({ spec });
    const { metadata } = cluster.pipelineRun(created, pending);
    await cluster.clock.advance(startDeadlineMs - 10_000);
    const one = written(created, await cluster.follow(created));
    return { ...cluster, one, metadata };
  }

  it('waits until the start deadline', async () => {
    const { follow, execution, pipelineRun, storedRun } = aStep();
    const one = execution();
    pipelineRun(one, pending);
    await expect(follow(one)).resolves.toMatchObject({
      observation: { phase: 'Running', waiting: 'PipelineRunPending' },
      requeueAfterMs: startDeadlineMs - 10_000,
    });
    expect(storedRun(one)?.spec.status).toBe('PipelineRunPending');
  });

  it('records the deadline, cancels it, and fails the execution without a run', async () => {
    const { follow, one, metadata, pipelineRun, storedRun } = await overdue();
    expect(one.status.conditions).toContainEqual(expect.objectContaining({ reason: 'StartDeadlineExceeded' }));
    expect(storedRun(one)?.spec.status).toBe('PipelineRunPending');

    await expect(follow(one)).resolves.toMatchObject({ observation: deadline });
    expect(storedRun(one)?.spec.status).toBe('Cancelled');

    await expect(follow(one)).resolves.toMatchObject({ observation: deadline });

    pipelineRun(one, { spec: { status: 'Cancelled' }, metadata, status: cancelled });
    const { observation } = await follow(one);
    const failure = { reason: 'DeadlineExceeded', wasExecutionFailure: false };
    expect(observation).toMatchObject({ phase: 'Failed', failure });
    expect(observation).toHaveProperty('failure.message', expect.stringContaining('no step has run'));
  });

  it('waits until the status deadline for Tekton to record that cancellation', async () => {
    const { follow, one, metadata, pipelineRun, clock } = await overdue();
    const managedFields = [{ time: clock.now().toISOString() }];
    const spec = { status: 'Cancelled', timeouts: { pipeline: '1m' } };
    pipelineRun(one, { spec, metadata: { ...metadata, managedFields } });

    await clock.advance(statusDeadlineMs - 1);
    await expect(follow(one)).resolves.toMatchObject({ observation: deadline });
    await clock.advance(1);
    await expect(follow(one)).resolves.toMatchObject({ observation: { endNotRecorded: true } });
  });

  it('is Running if it is released after all', async () => {
    const { follow, one, metadata, pipelineRun } = await overdue();
    pipelineRun(one, { metadata, status: isRunning });
    const { observation } = await follow(one);
    expect(observation).toMatchObject({ phase: 'Running', message: expect.stringContaining('in progress') });
    expect(observation).not.toHaveProperty('waiting');
  });

  it.each<[string, { cancelRequested?: boolean }, readonly object[]]>([
    ['the execution is cancelled', { cancelRequested: true }, []],
    ['it was started, and a step ran', {}, [{ kind: 'TaskRun', name: 'main' }]],
  ])('is Cancelled when %s meanwhile', async (_, spec, childReferences) => {
    const { follow, one, metadata, pipelineRun } = await overdue(spec);
    pipelineRun(one, { spec: { status: 'Cancelled' }, metadata, status: { ...cancelled, childReferences } });
    await expect(follow(one)).resolves.toMatchObject({ observation: { failure: { reason: 'Cancelled' } } });
  });
});
