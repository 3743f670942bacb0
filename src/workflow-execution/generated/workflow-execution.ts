// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * How to cancel it. Graceful, the default, lets the `finally` tasks run. Immediate also stops those, even if they have started. It has no effect without cancelRequested, and can only go from Graceful to Immediate.
 */
export type CancelMode = 'Graceful' | 'Immediate';
/**
 * The phase of the execution. Completed, Failed and Skipped are final.
 */
export type Phase = 'Pending' | 'Running' | 'Completed' | 'Failed' | 'Skipped';
/**
 * The result of the execution; absent until its phase is final.
 */
export type Outcome = 'Success' | 'Failed' | 'Skipped';
/**
 * Machine-readable reason.
 */
export type FailureReason =
  | 'OOMKilled'
  | 'DeadlineExceeded'
  | 'ResourceExhausted'
  | 'ImagePullBackOff'
  | 'BundleResolutionFailed'
  | 'ConfigurationError'
  | 'Forbidden'
  | 'TaskFailed'
  | 'Cancelled'
  | 'PipelineRunDeleted'
  | 'ValidationFailed'
  | 'PipelineRunConflict'
  | 'MissingPipelineRun'
  | 'UnknownStatus'
  | 'Unknown';
/**
 * Machine-readable reason.
 */
export type SkipReason = 'ResourceBusy' | 'RecentlyRemediated' | 'Restored';
/**
 * Status of the condition.
 */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/**
 * One run of one remediation workflow against one target resource. The service creates exactly one Tekton PipelineRun for it and records the result in the status.
 */
export interface WorkflowExecution {
  /**
   * Version of the schema of this representation, workflowexecution.kubernaut.ai/v1alpha1.
   */
  apiVersion: string;
  /**
   * Kind of this resource, WorkflowExecution.
   */
  kind: string;
  metadata: WorkflowExecutionMetadata;
  spec: WorkflowExecutionSpec;
  status?: WorkflowExecutionStatus;
}
/**
 * The metadata of a Kubernetes object, as far as it is used.
 */
export interface WorkflowExecutionMetadata {
  /**
   * Name within the namespace.
   */
  name: string;
  /**
   * Namespace of the execution.
   */
  namespace: string;
  /**
   * Unique, also among executions of the same name.
   */
  uid: string;
  /**
   * Opaque; changes with every change of the resource. Absent if the execution was only validated.
   */
  resourceVersion: string;
  /**
   * Counts the changes of the spec.
   */
  generation?: number;
  /**
   * Time of creation.
   */
  creationTimestamp: string;
  /**
   * Time when its deletion was requested.
   */
  deletionTimestamp?: string;
  /**
   * Finalizers that delay its deletion.
   */
  finalizers?: string[];
  /**
   * Kubernetes labels.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Kubernetes annotations; 256 KiB at most, all of them together.
   */
  annotations?: {
    [k: string]: string;
  };
  /**
   * Owners; the execution is deleted with them.
   */
  ownerReferences?: WorkflowExecutionOwnerReference[];
}
/**
 * An owner of the execution.
 */
export interface WorkflowExecutionOwnerReference {
  /**
   * Group and version of its kind.
   */
  apiVersion: string;
  /**
   * Its kind.
   */
  kind: string;
  /**
   * Its name, in the same namespace if it is namespaced.
   */
  name: string;
  /**
   * Its UID.
   */
  uid: string;
  /**
   * Whether it is the managing controller.
   */
  controller?: boolean;
  /**
   * Whether its deletion waits for that of the execution.
   */
  blockOwnerDeletion?: boolean;
}
/**
 * The desired run: workflow, target and inputs. Immutable except for cancelRequested and cancelMode.
 */
export interface WorkflowExecutionSpec {
  remediationRequestRef: RemediationRequestRef;
  workflowRef: WorkflowRef;
  /**
   * The resource that the workflow remediates, `namespace/kind/name`, or `kind/name` if it is cluster-scoped: payment/deployment/payment-api, node/worker-1. The kind may be any name that kubectl accepts (Deployment, deployments, deploy), qualified by its API group if necessary (deployments.apps). A target has at most one running execution.
   */
  targetResource: string;
  /**
   * Inputs of the workflow, passed on unchanged as Tekton string parameters: data, not templates. TARGET_RESOURCE is always added; if given, it must equal spec.targetResource. Keys and values together have at most 10240 bytes of UTF-8.
   */
  parameters?: {
    [k: string]: string;
  };
  /**
   * Confidence of the analysis that chose the workflow, 0 to 1. Not part of audit events.
   */
  confidence?: number;
  /**
   * Why the analysis chose the workflow. Not part of audit events.
   */
  rationale?: string;
  /**
   * Why the workflow must run although the cooldown of its target is not over, in 10 to 500 characters. It needs the verb `override` on workflowexecutions in the target's namespace and is recorded in an Event and the audit trail. The target still has one execution at a time.
   */
  overrideCooldownReason?: string;
  executionConfig?: ExecutionConfig;
  /**
   * Requests the cancellation of the execution. It can only go from false to true; after the execution has finished, changes have no effect.
   */
  cancelRequested?: boolean;
  cancelMode?: CancelMode;
  /**
   * Seconds after which the finished execution is deleted, once its audit events are recorded or given up. Without it, the settings WFE_TTL_SUCCESS, WFE_TTL_FAILURE, WFE_TTL_SKIPPED and WFE_HISTORY_LIMIT apply.
   */
  ttlSecondsAfterFinished?: number;
}
/**
 * The RemediationRequest that this execution is for. Its name is the correlation id in the audit trail.
 */
export interface RemediationRequestRef {
  /**
   * API group and version of the referent.
   */
  apiVersion?: string;
  /**
   * Kind of the referent.
   */
  kind?: string;
  /**
   * Name of the referent, a DNS subdomain name.
   */
  name: string;
  /**
   * Namespace of the referent, a DNS label.
   */
  namespace?: string;
  /**
   * UID of the referent.
   */
  uid?: string;
  /**
   * Resource version of the referent.
   */
  resourceVersion?: string;
  /**
   * Path of a part of the referent.
   */
  fieldPath?: string;
}
/**
 * The workflow to run, as resolved by the catalogue.
 */
export interface WorkflowRef {
  /**
   * Key of the workflow in the catalogue.
   */
  workflowId: string;
  /**
   * Version of the workflow in the catalogue.
   */
  version: string;
  /**
   * OCI reference of the Tekton bundle that holds the Pipeline named `workflow`, such as quay.io/kubernaut/oomkill:v1.0.0.
   */
  containerImage: string;
  /**
   * Digest that pins the bundle.
   */
  containerDigest?: string;
  /**
   * Display name of the workflow in the catalogue, for the audit trail.
   */
  workflowName?: string;
  /**
   * Action type of the workflow in the catalogue, such as IncreaseMemoryLimits, for the audit trail.
   */
  actionType?: string;
  /**
   * Names of parameters whose values are secret, in addition to those recognized by name (DB_PASSWORD, API_TOKEN). Their values do not appear in logs, Events, messages and the audit trail.
   */
  secretParameters?: string[];
}
/**
 * How to run the workflow.
 */
export interface ExecutionConfig {
  /**
   * ServiceAccount in the execution's namespace that its pods run as.
   */
  serviceAccountName?: string;
  /**
   * Maximum duration of the run, a Go duration of at most WFE_MAX_TIMEOUT (24h), and timeout of each task that does not set its own. Without it, Tekton's default applies.
   */
  timeout?: string;
  /**
   * Part of timeout that is reserved for the `finally` tasks, a Go duration. The other tasks are stopped when only this much is left. Without it, `finally` tasks get what the others leave.
   */
  finallyTimeout?: string;
}
/**
 * The observed state.
 */
export interface WorkflowExecutionStatus {
  /**
   * Generation that this status is based on; -1 until the execution is first observed.
   */
  observedGeneration?: number;
  phase?: Phase;
  outcome?: Outcome;
  /**
   * Human-readable summary of the state, with advice first. It has fewer than 200 characters; failure.message has the full text.
   */
  message?: string;
  /**
   * Canonical form of the target, `namespace/kind/name` or `kind/name`, the kind in lower case and singular. Lock and cooldown use it. Recorded with the first status, absent if spec.targetResource could not be resolved.
   */
  target?: string;
  pipelineRunRef?: PipelineRunRef;
  /**
   * When the PipelineRun was created.
   */
  startTime?: string;
  /**
   * When the execution ended: the completion time of the PipelineRun, if it has one.
   */
  completionTime?: string;
  /**
   * Digest of the bundle that ran, as resolved by Tekton. Recorded when the execution ends; absent if Tekton resolved none.
   */
  bundleDigest?: string;
  /**
   * Results of the Pipeline, arrays and objects as JSON, with secrets masked. Names and values have at most 4096 bytes together: `…` ends a value that is cut, and a result named `…` stands for those left out. Recorded when the execution ends.
   */
  results?: Result[];
  /**
   * Human-readable time from startTime to completionTime (1m30s); absent until the run has ended.
   */
  duration?: string;
  /**
   * Whether nothing is left to do for the execution until it is deleted: it has finished, its audit events are recorded or given up and its cooldown is over.
   */
  settled?: boolean;
  failure?: Failure;
  skip?: Skip;
  /**
   * Ready, PipelineRunCreated, AuditRecorded, Finished (True once the execution has ended) and Stalled (True if it is Failed or Skipped), as standard Kubernetes conditions.
   */
  conditions?: Condition[];
}
/**
 * The PipelineRun of this execution.
 */
export interface PipelineRunRef {
  /**
   * API group and version of the PipelineRun.
   */
  apiVersion: string;
  /**
   * PipelineRun.
   */
  kind: string;
  /**
   * Name of the PipelineRun.
   */
  name: string;
  /**
   * Namespace of the PipelineRun.
   */
  namespace: string;
  /**
   * UID of the PipelineRun.
   */
  uid?: string;
}
/**
 * A result of the Pipeline.
 */
export interface Result {
  /**
   * Name of the result.
   */
  name: string;
  /**
   * Value of the result.
   */
  value: string;
}
/**
 * Why the execution failed; set if its phase is Failed.
 */
export interface Failure {
  reason: FailureReason;
  /**
   * Human-readable description and advice.
   */
  message: string;
  /**
   * Whether a step had started, so that the target may have been changed.
   */
  wasExecutionFailure: boolean;
  failedTask?: FailedTask;
}
/**
 * The task that failed first, if known.
 */
export interface FailedTask {
  /**
   * Name of the task in the pipeline.
   */
  name: string;
  /**
   * Name of the step that failed.
   */
  stepName?: string;
  /**
   * Exit code of the step.
   */
  exitCode?: number;
}
/**
 * Why the execution was skipped; set if its phase is Skipped.
 */
export interface Skip {
  reason: SkipReason;
  /**
   * Human-readable reason.
   */
  message: string;
  /**
   * When it was skipped.
   */
  skippedAt: string;
  conflictingExecution?: ConflictingExecution;
  /**
   * Remaining seconds of the cooldown at that time.
   */
  remainingCooldownSeconds?: number;
}
/**
 * The execution that holds the target, or ran on it within the cooldown.
 */
export interface ConflictingExecution {
  /**
   * Namespace of that execution.
   */
  namespace: string;
  /**
   * Name of that execution.
   */
  name: string;
  /**
   * UID of that execution.
   */
  uid?: string;
}
export interface Condition {
  /**
   * Type of the condition.
   */
  type: string;
  status: ConditionStatus;
  /**
   * Generation that the condition is based on.
   */
  observedGeneration?: number;
  /**
   * When status last changed.
   */
  lastTransitionTime: string;
  /**
   * Machine-readable reason of the status.
   */
  reason: string;
  /**
   * Human-readable message.
   */
  message: string;
}
