import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { anEndedExecution, aRunningExecution, times } from './audit.builders.ts';
import { storyOf } from './story.ts';

const completed_at = '2026-01-02T03:06:36Z';
const pipelinerun_name = 'we-pod-crash-cf0cc089293b';
const ran = { started_at: times.started, completed_at, duration: '2m29s' };
const details = { message: 'TaskFailed: no', code: 'ERR_PIPELINE_FAILED', component: 'workflowexecution' };

describe('what the audit trail tells', () => {
  it('of an execution that was accepted', () => {
    expect(storyOf(aWorkflowExecution(), 'accepted')).toEqual({
      type: 'workflowexecution.selection.completed',
      action: 'completed',
      outcome: 'success',
      phase: 'Pending',
    });
  });

  it('of one that was started', () => {
    expect(storyOf(aRunningExecution(), 'started')).toEqual({
      type: 'workflowexecution.execution.started',
      action: 'started',
      outcome: 'success',
      phase: 'Pending',
      data: { pipelinerun_name },
    });
    expect(storyOf(aWorkflowExecution(), 'started').data).toEqual({});
  });

  it('of one that has completed', () => {
    expect(storyOf(anEndedExecution(), 'ended')).toEqual({
      type: 'workflowexecution.workflow.completed',
      action: 'completed',
      outcome: 'success',
      phase: 'Completed',
      data: { ...ran, pipelinerun_name },
      more: { duration_ms: 149_000 },
    });
  });

  it('of one that has failed', () => {
    const failure = {
      reason: 'TaskFailed',
      message: 'no',
      wasExecutionFailure: true,
      failedTask: { name: 'main', stepName: 's', exitCode: 1 },
    } as const;
    expect(storyOf(anEndedExecution({ status: { phase: 'Failed', failure } }), 'ended')).toEqual({
      type: 'workflowexecution.workflow.failed',
      action: 'failed',
      outcome: 'failure',
      phase: 'Failed',
      data: {
        ...ran,
        pipelinerun_name,
        failure_reason: 'TaskFailed',
        failure_message: 'TaskFailed: no',
        failed_task_name: 'main',
        error_details: { ...details, retry_possible: false },
      },
      more: {
        duration_ms: 149_000,
        severity: 'error',
        error_code: 'ERR_PIPELINE_FAILED',
        error_message: 'TaskFailed: no',
      },
    });
  });

  it('of one that has failed for a reason that has no word there: it stays in the message', () => {
    const failure = { reason: 'PipelineRunDeleted', message: 'gone', wasExecutionFailure: true } as const;
    const { data } = storyOf(anEndedExecution({ status: { phase: 'Failed', failure } }), 'ended');
    expect(data).toMatchObject({ failure_reason: 'Unknown', failure_message: 'PipelineRunDeleted: gone' });
    expect(data?.failed_task_name).toBeUndefined();
  });

  it('of one that has failed without a reason: as if steps had run', () => {
    const { data } = storyOf(anEndedExecution({ status: { phase: 'Failed' } }), 'ended');
    expect(data).toMatchObject({ failure_reason: 'Unknown', failure_message: expect.stringMatching(/^Unknown: .+/) });
  });

  it('of one that was skipped: a failure for which nothing was run', () => {
    const skip = { reason: 'ResourceBusy', message: 'busy', skippedAt: completed_at } as const;
    const status = { phase: 'Skipped', completionTime: completed_at, skip } as const;
    expect(storyOf(aWorkflowExecution({ status }), 'ended')).toEqual({
      type: 'workflowexecution.workflow.failed',
      action: 'skipped',
      outcome: 'failure',
      phase: 'Failed',
      data: {
        completed_at,
        failure_reason: 'Deduplicated',
        failure_message: 'ResourceBusy: busy',
        error_details: { ...details, message: 'ResourceBusy: busy', retry_possible: true },
      },
      more: { severity: 'info', error_code: 'ERR_PIPELINE_FAILED', error_message: 'ResourceBusy: busy' },
    });
    const { data } = storyOf(aWorkflowExecution({ status: { phase: 'Skipped' } }), 'ended');
    expect(data).toMatchObject({ failure_message: 'Skipped: ' });
    expect(data?.completed_at).toBeUndefined();
  });

  it.each([
    ['was running', aRunningExecution(), /^Deleted: .+ ended$/],
    ['was pending', aWorkflowExecution(), /^Deleted: .+ run$/],
  ])('of one that was deleted while it %s', (_, execution, message) => {
    const { type, data, more } = storyOf(execution, 'ended');
    expect(type).toBe('workflowexecution.workflow.failed');
    expect(data).toMatchObject({ failure_reason: 'Unknown', failure_message: expect.stringMatching(message) });
    expect(more).toMatchObject({ severity: 'error' });
    expect(more).not.toHaveProperty('duration_ms');
  });

  it.each([
    [
      'a failure',
      { phase: 'Failed', failure: { reason: 'TaskFailed', message: 'x'.repeat(5_000), wasExecutionFailure: true } },
    ],
    [
      'a skip',
      { phase: 'Skipped', skip: { reason: 'ResourceBusy', message: 'x'.repeat(5_000), skippedAt: completed_at } },
    ],
  ] as const)('of %s in no more words than there is room for', (_, status) => {
    const { data, more } = storyOf(aWorkflowExecution({ status }), 'ended');
    const texts = [data?.failure_message, data?.error_details?.message, more?.error_message];
    expect(texts.map((text) => text?.length)).toEqual([4_096, 4_096, 4_096]);
  });
});

describe('how long an execution ran', () => {
  it.each([
    ['without a start', { startTime: undefined }, { completed_at }, {}],
    ['without an end', { completionTime: undefined }, { started_at: times.started }, {}],
    [
      'by clocks that disagree',
      { startTime: '2026-01-02T03:06:37Z' },
      { started_at: '2026-01-02T03:06:37Z', completed_at, duration: '0s' },
      { duration_ms: 0 },
    ],
  ])('%s', (_, status, data, more) => {
    const story = storyOf(anEndedExecution({ status }), 'ended');
    expect(story.data).toEqual({ ...data, pipelinerun_name });
    expect(story.more).toEqual(more);
  });
});
