import { describe, expect, it } from '@jest/globals';
import type { FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { anEndedExecution, aRunningExecution, times } from './audit.builders.ts';
import { eventPayload } from './build-event.ts';

const completed_at = '2026-01-02T03:06:36Z';
const pipelinerun_name = 'we-pod-crash-cf0cc089293b';
const ran = { started_at: times.started, completed_at, duration: '2m29s' };
const details = { message: 'TaskFailed: no', code: 'ERR_PIPELINE_FAILED', component: 'workflowexecution' };

describe('the payload of an event', () => {
  it('of an accepted execution', () => {
    expect(eventPayload(aWorkflowExecution(), 'accepted')).toEqual({
      type: 'workflowexecution.selection.completed',
      action: 'completed',
      outcome: 'success',
      phase: 'Pending',
    });
  });

  it('of a started execution', () => {
    expect(eventPayload(aRunningExecution(), 'started')).toEqual({
      type: 'workflowexecution.execution.started',
      action: 'started',
      outcome: 'success',
      phase: 'Pending',
      data: { pipelinerun_name },
    });
    expect(eventPayload(aWorkflowExecution(), 'started').data).toEqual({});
  });

  it('of a completed execution', () => {
    expect(eventPayload(anEndedExecution(), 'ended')).toEqual({
      type: 'workflowexecution.workflow.completed',
      action: 'completed',
      outcome: 'success',
      phase: 'Completed',
      data: { ...ran, pipelinerun_name },
      fields: { duration_ms: 149_000 },
    });
  });

  it('of a failed execution', () => {
    const failure = {
      reason: 'TaskFailed',
      message: 'no',
      wasExecutionFailure: true,
      failedTask: { name: 'main', stepName: 's', exitCode: 1 },
    } as const;
    expect(eventPayload(anEndedExecution({ status: { phase: 'Failed', failure } }), 'ended')).toEqual({
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
      fields: {
        duration_ms: 149_000,
        severity: 'error',
        error_code: 'ERR_PIPELINE_FAILED',
        error_message: 'TaskFailed: no',
      },
    });
  });

  it('of a failure with a reason that data storage does not accept has it in the message', () => {
    const failure = { reason: 'PipelineRunDeleted', message: 'gone', wasExecutionFailure: true } as const;
    const { data } = eventPayload(anEndedExecution({ status: { phase: 'Failed', failure } }), 'ended');
    expect(data).toMatchObject({ failure_reason: 'Unknown', failure_message: 'PipelineRunDeleted: gone' });
    expect(data?.failed_task_name).toBeUndefined();
  });

  it('of a failure without a reason is unknown', () => {
    const { data } = eventPayload(anEndedExecution({ status: { phase: 'Failed' } }), 'ended');
    expect(data).toMatchObject({ failure_reason: 'Unknown', failure_message: expect.stringMatching(/^Unknown: .+/) });
  });

  it('of a skipped execution is a failure without a run', () => {
    const skip = { reason: 'ResourceBusy', message: 'busy', skippedAt: completed_at } as const;
    const status = { phase: 'Skipped', completionTime: completed_at, skip } as const;
    expect(eventPayload(aWorkflowExecution({ status }), 'ended')).toEqual({
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
      fields: { severity: 'info', error_code: 'ERR_PIPELINE_FAILED', error_message: 'ResourceBusy: busy' },
    });
    const { data } = eventPayload(aWorkflowExecution({ status: { phase: 'Skipped' } }), 'ended');
    expect(data).toMatchObject({ failure_message: 'Skipped: ' });
    expect(data?.completed_at).toBeUndefined();
  });

  it.each([
    ['was running', aRunningExecution(), /^Deleted: .+ ended$/],
    ['was pending', aWorkflowExecution(), /^Deleted: .+ run$/],
  ])('of an execution that was deleted while it %s', (_, execution, message) => {
    const { type, data, fields } = eventPayload(execution, 'ended');
    expect(type).toBe('workflowexecution.workflow.failed');
    expect(data).toMatchObject({ failure_reason: 'Unknown', failure_message: expect.stringMatching(message) });
    expect(fields).toMatchObject({ severity: 'error' });
    expect(fields).not.toHaveProperty('duration_ms');
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
  ] as const)('of %s: its message is cut', (_, status) => {
    const { data, fields } = eventPayload(aWorkflowExecution({ status }), 'ended');
    const texts = [data?.failure_message, data?.error_details?.message, fields?.error_message];
    expect(texts.map((text) => text?.length)).toEqual([4_096, 4_096, 4_096]);
  });
});

describe('the duration of an execution', () => {
  it.each([
    ['without a start', { startTime: undefined }, { completed_at }, {}],
    ['without an end', { completionTime: undefined }, { started_at: times.started }, {}],
    [
      'by clocks that disagree',
      { startTime: '2026-01-02T03:06:37Z' },
      { started_at: '2026-01-02T03:06:37Z', completed_at, duration: '0s' },
      { duration_ms: 0 },
    ],
  ])('%s', (_, status, data, fields) => {
    const payload = eventPayload(anEndedExecution({ status }), 'ended');
    expect(payload.data).toEqual({ ...data, pipelinerun_name });
    expect(payload.fields).toEqual(fields);
  });
});

describe('a failure in the terms of data storage', () => {
  it.each<[FailureReason, boolean, string, string, boolean]>([
    ['OOMKilled', true, 'OOMKilled', 'ERR_PIPELINE_FAILED', true],
    ['DeadlineExceeded', true, 'DeadlineExceeded', 'ERR_PIPELINE_FAILED', true],
    ['ResourceExhausted', false, 'ResourceExhausted', 'ERR_PIPELINE_FAILED', true],
    ['ImagePullBackOff', false, 'ImagePullBackOff', 'ERR_IMAGE_PULL', true],
    ['BundleResolutionFailed', false, 'ConfigurationError', 'ERR_WORKFLOW_NOT_FOUND', false],
    ['ConfigurationError', false, 'ConfigurationError', 'ERR_WORKFLOW_NOT_FOUND', false],
    ['Forbidden', false, 'Forbidden', 'ERR_WORKFLOW_NOT_FOUND', false],
    ['TaskFailed', true, 'TaskFailed', 'ERR_PIPELINE_FAILED', false],
    ['TaskFailed', false, 'TaskFailed', 'ERR_PIPELINE_FAILED', true],
    ['Cancelled', true, 'Unknown', 'ERR_PIPELINE_FAILED', true],
    ['PipelineRunDeleted', true, 'Unknown', 'ERR_PIPELINE_FAILED', true],
    ['ValidationFailed', false, 'ConfigurationError', 'ERR_WORKFLOW_NOT_FOUND', false],
    ['PipelineRunConflict', false, 'ConfigurationError', 'ERR_WORKFLOW_NOT_FOUND', false],
    ['MissingPipelineRun', true, 'Unknown', 'ERR_PIPELINE_FAILED', true],
    ['UnknownStatus', true, 'Unknown', 'ERR_PIPELINE_FAILED', true],
    ['Unknown', true, 'Unknown', 'ERR_PIPELINE_FAILED', true],
  ])('%s (steps ran: %s) is %s, %s, to be retried: %s', (reason, wasExecutionFailure, recorded, code, retry) => {
    const failure = { reason, message: 'why', wasExecutionFailure } as const;
    const { data } = eventPayload(anEndedExecution({ status: { phase: 'Failed', failure } }), 'ended');
    expect(data?.failure_reason).toBe(recorded);
    expect(data?.error_details).toEqual({
      message: `${reason}: why`,
      code,
      component: 'workflowexecution',
      retry_possible: retry,
    });
  });
});
