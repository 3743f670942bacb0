import { describe, expect, it } from '@jest/globals';
import type { FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import { advice, pipelineRunReasons, podLossAdvice, taskRunReasons, taskTimeoutAdvice } from './failure-reasons.ts';

/** Reasons by meaning. */
function grouped(reasons: Readonly<Record<string, FailureReason | undefined>>) {
  return Object.groupBy(Object.keys(reasons).toSorted(), (name) => reasons[name] ?? '');
}

describe('a reason of Tekton', () => {
  it('of a PipelineRun maps to a failure reason', () => {
    expect(grouped(pipelineRunReasons)).toEqual({
      Cancelled: ['Cancelled'],
      DeadlineExceeded: ['PipelineRunTimeout'],
      BundleResolutionFailed: ['CouldntGetPipeline'],
      ConfigurationError: [
        'CELEvaluationFailed',
        'CouldntGetPipelineResult',
        'CouldntGetTask',
        'CreateRunFailed',
        'InvalidMatrixParameterTypes',
        'InvalidParamValue',
        'InvalidPipelineResourceBindings',
        'InvalidPipelineResultReference',
        'InvalidTaskResultReference',
        'InvalidTaskRunSpecs',
        'InvalidWorkspaceBindings',
        'ObjectParameterMissKeys',
        'ParamArrayIndexingInvalid',
        'ParameterMissing',
        'ParameterTypeMismatch',
        'PipelineInvalidGraph',
        'PipelineValidationFailed',
        'RequiredWorkspaceMarkedOptional',
        'ResourceVerificationFailed',
      ],
    });
  });

  it('of a TaskRun maps to a failure reason', () => {
    expect(grouped(taskRunReasons)).toEqual({
      OOMKilled: ['InitContainerOOM', 'SidecarOOM', 'StepOOM'],
      DeadlineExceeded: ['TaskRunTimeout'],
      Cancelled: ['TaskRunCancelled'],
      ResourceExhausted: ['ExceededNodeResources', 'ExceededResourceQuota'],
      ImagePullBackOff: ['PullImageFailed', 'TaskRunImagePullFailed'],
      Forbidden: ['PodAdmissionFailed'],
      ConfigurationError: [
        'CreateContainerConfigError',
        'InitContainerFailed',
        'InvalidParamValue',
        'PodCreationFailed',
        'ResourceVerificationFailed',
        'TaskRunResolutionFailed',
        'TaskRunValidationFailed',
        'TaskValidationFailed',
      ],
      TaskFailed: ['PodEvicted', 'SidecarFailed', 'TaskRunResultLargerThanAllowedLimit'],
    });
  });

  it.each(['Failed', 'StepFailed'])('%s does not map to a failure reason', (reason) => {
    expect([pipelineRunReasons[reason], taskRunReasons[reason]]).toEqual([undefined, undefined]);
  });
});

it.each(Object.entries({ ...advice, taskTimeoutAdvice, podLossAdvice }))(
  '%s comes with a sentence that says what to do and fits in a column',
  (_, sentence) => {
    expect(sentence.length).toBeLessThan(150);
    expect(sentence).toMatch(/^[A-Z].{20,}\.$/);
  },
);
