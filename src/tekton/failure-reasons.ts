import type { FailureReason } from '../workflow-execution/generated/workflow-execution.ts';

/**
 * Reasons of a failed PipelineRun that say by themselves what went wrong. `Failed` is not here: it means that a task
 * failed, and the task's own reason is the answer.
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
 * Reasons of a failed TaskRun. `StepFailed` and `Failed` are not here: what the steps did is the answer.
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
  // Tekton gives this reason only when Pod Security or a security context constraint forbade the pod.
  PodAdmissionFailed: 'Forbidden',
  PodCreationFailed: 'ConfigurationError',
  // Tekton's own containers, which prepare the volumes and working directories of the steps.
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

/** What a person should do next. It comes first in a message, because columns and Events cut the end. */
export const advice: Readonly<Record<FailureReason, string>> = {
  OOMKilled: 'Raise the memory limit of the step in the workflow, or give it less to do.',
  DeadlineExceeded: 'Look at what it was waiting for, or raise spec.executionConfig.timeout.',
  ResourceExhausted: 'Raise the quota of the namespace or add nodes; the workflow did not get the resources to run.',
  ImagePullBackOff: 'Check that the image of the step exists and that the ServiceAccount may pull it.',
  BundleResolutionFailed:
    'Check that spec.workflowRef.containerImage names a Tekton bundle that can be reached and holds a Pipeline named "workflow".',
  ConfigurationError: 'Correct the parameters, the ServiceAccount or the Pipeline, as status.failure says.',
  Forbidden: 'Grant the right, raise the quota or loosen the admission policy, as status.failure says.',
  TaskFailed: 'Read the logs of the step.',
  Cancelled: 'Check the target before running another workflow, if steps had started.',
  PipelineRunDeleted: 'Check the target before running another workflow: what the PipelineRun had done is not known.',
  ValidationFailed: 'Create the execution anew with a spec that keeps the rule.',
  PipelineRunConflict: 'Delete or rename the PipelineRun that is in the way and create the execution anew.',
  MissingPipelineRun: 'Check the target before running another workflow, and who changed the status of this execution.',
  UnknownStatus: 'Look at the PipelineRun: it has ended, but its status does not say how.',
  Unknown: 'Look at the PipelineRun and its TaskRuns.',
};

/** The same where a task reached its own timeout and the run had time left. */
export const taskTimeoutAdvice =
  'Look at what the task was waiting for, or raise its timeout in the workflow; if the workflow sets none, set or raise spec.executionConfig.timeout.';

/** Where the pod of a task was evicted or deleted. */
export const podLossAdvice =
  'See the Events of the namespace for who or what ended the pod, and check the target before running another workflow.';
