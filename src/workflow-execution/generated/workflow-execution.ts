// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * How to cancel it. Graceful, the default, lets the `finally` tasks run. Immediate ends these too, also when they have begun. It has no effect without cancelRequested, and can only go from Graceful to Immediate.
 */
export type CancelMode = 'Graceful' | 'Immediate';
/**
 * Where the execution stands. Completed, Failed and Skipped are terminal.
 */
export type Phase = 'Pending' | 'Running' | 'Completed' | 'Failed' | 'Skipped';
/**
 * What came of the execution; absent until its phase is terminal.
 */
export type Outcome = 'Success' | 'Failed' | 'Skipped';
/**
 * The class of the failure, for programs.
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
 * The class of the reason, for programs.
 */
export type SkipReason = 'ResourceBusy' | 'RecentlyRemediated' | 'Restored';
/**
 * Whether it holds.
 */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/**
 * One run of one remediation workflow against one target resource. The service makes exactly one Tekton PipelineRun of it and tells in the status what came of it.
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
 * What to run, on what, with which inputs. All of it is immutable but cancelRequested and cancelMode.
 */
export interface WorkflowExecutionSpec {
  remediationRequestRef: RemediationRequestRef;
  workflowRef: WorkflowRef;
  /**
   * The resource that the workflow remediates, `namespace/kind/name`, or `kind/name` when it is cluster-scoped: payment/deployment/payment-api, node/worker-1. The kind may be any of the names that kubectl accepts (Deployment, deployments, deploy), qualified by its API group if need be (deployments.apps). A target never has two executions running at once.
   */
  targetResource: string;
  /**
   * Inputs of the workflow, passed on unchanged as Tekton string parameters: data, not templates. TARGET_RESOURCE is always added; it may be given, but only as spec.targetResource. Keys and values together take at most 10240 bytes of UTF-8: Tekton keeps a copy of a parameter in the status of the PipelineRun for each task that uses it, JSON takes up to 6 bytes for a character, and etcd stores at most 1.5 MiB, so that 20 tasks may use all of the parameters.
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
  executionConfig?: ExecutionConfig;
  /**
   * Asks for the execution to be cancelled. It can only go from false to true; once the execution has finished, it can be changed without effect.
   */
  cancelRequested?: boolean;
  cancelMode?: CancelMode;
  /**
   * Seconds after which the finished resource is deleted. Without it, only Skipped executions are deleted (WFE_TTL_SKIPPED).
   */
  ttlSecondsAfterFinished?: number;
}
/**
 * The RemediationRequest that this execution serves. Its name is the correlation id of the audit trail.
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
   * Resource version of the referent that this reference was made from.
   */
  resourceVersion?: string;
  /**
   * Part of the referent that is meant.
   */
  fieldPath?: string;
}
/**
 * The workflow to run, as the catalogue resolved it.
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
   * Digest that the bundle is pinned to. When it is given, exactly that bundle runs.
   */
  containerDigest?: string;
  /**
   * Name of the workflow in the catalogue, for people who read the audit trail.
   */
  workflowName?: string;
  /**
   * What the workflow does, in the words of the catalogue, such as IncreaseMemoryLimits; for people who read the audit trail.
   */
  actionType?: string;
  /**
   * Names of the workflow's parameters whose values are secret, beside those whose names say so (DB_PASSWORD, API_TOKEN). Their values are not shown in logs, Events, messages and the audit trail.
   */
  secretParameters?: string[];
}
/**
 * How to run the workflow; what is not here is the engine's.
 */
export interface ExecutionConfig {
  /**
   * ServiceAccount of the execution's namespace that its pods run as.
   */
  serviceAccountName?: string;
  /**
   * Longest time that the workflow may run, a Go duration of at most WFE_MAX_TIMEOUT (24h). It is also the timeout of each task that has none of its own. Tekton's own default holds when it is not given.
   */
  timeout?: string;
  /**
   * Part of timeout that is kept for the `finally` tasks, a Go duration. The other tasks are ended when only this much is left. When it is not given, `finally` tasks get what the others leave.
   */
  finallyTimeout?: string;
}
/**
 * What came of it, as last observed.
 */
export interface WorkflowExecutionStatus {
  /**
   * Generation of the resource that this status was made from; -1 before the first status.
   */
  observedGeneration?: number;
  phase?: Phase;
  outcome?: Outcome;
  /**
   * The state in a sentence for people, with the advice first. The service keeps it below 200 characters; failure.message has the whole text.
   */
  message?: string;
  /**
   * Canonical identity of the target, `namespace/kind/name` or `kind/name`, the kind in lower case and singular. The lock and the cooldown go by it. Recorded with the first status, absent when spec.targetResource could not be resolved.
   */
  target?: string;
  pipelineRunRef?: PipelineRunRef;
  /**
   * When the PipelineRun was created.
   */
  startTime?: string;
  /**
   * When the execution ended; the PipelineRun's own time where it had one.
   */
  completionTime?: string;
  /**
   * Digest of the bundle that ran, as Tekton resolved it. Recorded when the execution ends, absent when Tekton resolved none.
   */
  bundleDigest?: string;
  /**
   * Time from startTime to completionTime (1m30s), for people. Absent until the run has ended.
   */
  duration?: string;
  failure?: Failure;
  skip?: Skip;
  /**
   * Ready, PipelineRunCreated, AuditRecorded, Finished (True at any end) and Stalled (True when the execution has failed or was skipped), as standard Kubernetes conditions.
   */
  conditions?: Condition[];
}
/**
 * The only PipelineRun of this execution.
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
 * Why the execution failed; given when its phase is Failed.
 */
export interface Failure {
  reason: FailureReason;
  /**
   * What happened and what to do next, for people.
   */
  message: string;
  /**
   * Whether a step of the workflow had started, so that the target may have been changed.
   */
  wasExecutionFailure: boolean;
  failedTask?: FailedTask;
}
/**
 * The task that failed first, where one is known.
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
   * Exit code of that step.
   */
  exitCode?: number;
}
/**
 * Why the execution was not run; given when its phase is Skipped.
 */
export interface Skip {
  reason: SkipReason;
  /**
   * The reason in a sentence for people.
   */
  message: string;
  /**
   * When it was decided not to run it.
   */
  skippedAt: string;
  conflictingExecution?: ConflictingExecution;
  /**
   * Seconds of the cooldown that were left when it was decided.
   */
  remainingCooldownSeconds?: number;
}
/**
 * The execution that holds the target, or that ended on it a short time ago.
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
   * Generation of the resource that the condition was made from.
   */
  observedGeneration?: number;
  /**
   * When status last changed.
   */
  lastTransitionTime: string;
  /**
   * Why it has this status, for programs.
   */
  reason: string;
  /**
   * The condition in a sentence for people.
   */
  message: string;
}
