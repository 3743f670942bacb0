import type { FailureReason } from '../workflow-execution/generated/workflow-execution.ts';

/**
 * Reasons of a failed PipelineRun. `Failed` is missing: the reason of the failed TaskRun counts.
 * Source: `PipelineRunReason` of Tekton v1.15, pkg/apis/pipeline/v1/pipelinerun_types.go.
 */
export const pipelineRunReasons: Readonly<Record<string, FailureReason | undefined>> = {
  Cancelled: 'Cancelled',
  PipelineRunTimeout: 'DeadlineExceeded',
  CouldntGetPipeline: 'BundleResolutionFailed',
  ParameterMissing: 'ConfigurationError',
  ParameterTypeMismatch: 'ConfigurationError',
  ObjectParameterMissKeys: 'ConfigurationError',
  ParamArrayIndexingInvalid: 'ConfigurationError',
  InvalidParamValue: 'ConfigurationError',
  InvalidMatrixParameterTypes: 'ConfigurationError',
  InvalidTaskRunSpecs: 'ConfigurationError',
  InvalidWorkspaceBindings: 'ConfigurationError',
  InvalidPipelineResourceBindings: 'ConfigurationError',
  InvalidTaskResultReference: 'ConfigurationError',
  InvalidPipelineResultReference: 'ConfigurationError',
  RequiredWorkspaceMarkedOptional: 'ConfigurationError',
  PipelineValidationFailed: 'ConfigurationError',
  PipelineInvalidGraph: 'ConfigurationError',
  CELEvaluationFailed: 'ConfigurationError',
  CouldntGetTask: 'ConfigurationError',
  CouldntGetPipelineResult: 'ConfigurationError',
  CreateRunFailed: 'ConfigurationError',
  ResourceVerificationFailed: 'ConfigurationError',
};

/**
 * Reasons of a failed TaskRun. `StepFailed` and `Failed` are missing: the state of the steps counts.
 * Source: `TaskRunReason` in pkg/apis/pipeline/v1/taskrun_types.go and the reasons in pkg/pod/status.go of Tekton v1.15.
 */
export const taskRunReasons: Readonly<Record<string, FailureReason | undefined>> = {
  StepOOM: 'OOMKilled',
  SidecarOOM: 'OOMKilled',
  InitContainerOOM: 'OOMKilled',
  TaskRunTimeout: 'DeadlineExceeded',
  TaskRunCancelled: 'Cancelled',
  ExceededResourceQuota: 'ResourceExhausted',
  ExceededNodeResources: 'ResourceExhausted',
  TaskRunImagePullFailed: 'ImagePullBackOff',
  PullImageFailed: 'ImagePullBackOff',
  // Only if Pod Security or a security context constraint rejected the pod.
  PodAdmissionFailed: 'Forbidden',
  PodCreationFailed: 'ConfigurationError',
  // Tekton's init containers, which prepare the volumes and working directories of the steps.
  InitContainerFailed: 'ConfigurationError',
  CreateContainerConfigError: 'ConfigurationError',
  InvalidParamValue: 'ConfigurationError',
  TaskRunResolutionFailed: 'ConfigurationError',
  TaskRunValidationFailed: 'ConfigurationError',
  TaskValidationFailed: 'ConfigurationError',
  ResourceVerificationFailed: 'ConfigurationError',
  PodEvicted: 'TaskFailed',
  SidecarFailed: 'TaskFailed',
  TaskRunResultLargerThanAllowedLimit: 'TaskFailed',
};

/** What to do next. It is the first sentence of a message, because columns and Events truncate the end. */
export const advice: Readonly<Record<FailureReason, string>> = {
  OOMKilled: 'Raise the memory limit of the step in the workflow, or reduce its work.',
  DeadlineExceeded: 'Check what it was waiting for, or raise spec.executionConfig.timeout.',
  ResourceExhausted: 'Raise the quota of the namespace or add nodes; the workflow did not get the resources to run.',
  ImagePullBackOff: 'Check that the image of the step exists and that the ServiceAccount may pull it.',
  BundleResolutionFailed:
    'Check that spec.workflowRef.containerImage names a reachable Tekton bundle with a Pipeline named "workflow".',
  ConfigurationError: 'Correct the parameters, the ServiceAccount or the Pipeline; see status.failure.',
  Forbidden: 'Grant the right, raise the quota or loosen the admission policy; see status.failure.',
  TaskFailed: 'Read the logs of the step.',
  Cancelled: 'Check the target before running another workflow, if steps had started.',
  PipelineRunDeleted: 'Check the target before running another workflow: it is unknown what the PipelineRun has done.',
  ValidationFailed: 'Recreate the execution with a valid spec.',
  PipelineRunConflict: 'Delete the conflicting PipelineRun and recreate the execution.',
  MissingPipelineRun: 'Check the target before running another workflow, and who changed the status of this execution.',
  UnknownStatus: 'Check the PipelineRun: it has ended, but its status does not say how.',
  Unknown: 'Check the PipelineRun and its TaskRuns.',
};

/** The advice if a task reached its own timeout and the run had time left. */
export const taskTimeoutAdvice =
  'Check what the task was waiting for, or raise its timeout in the workflow; if the workflow sets none, set or raise spec.executionConfig.timeout.';

export const podLossAdvice =
  'Check the Events of the namespace for what ended the pod, and check the target before running another workflow.';
