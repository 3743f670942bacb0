import { describe, expect, it } from '@jest/globals';
import type { FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import { errorDetails, recordedReason } from './recorded-failure.ts';

describe('a failure in the words of the data storage service', () => {
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
  ])('%s (steps ran: %s) is %s, %s, to be tried again: %s', (reason, wasExecutionFailure, recorded, code, retry) => {
    expect(recordedReason(reason)).toBe(recorded);
    expect(errorDetails(recordedReason(reason), { message: 'why', wasExecutionFailure })).toEqual({
      message: 'why',
      code,
      component: 'workflowexecution',
      retry_possible: retry,
    });
  });
});
