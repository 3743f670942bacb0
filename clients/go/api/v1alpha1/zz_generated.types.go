// Code generated from crds/ by `npm run generate`. DO NOT EDIT.

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// WorkflowExecution is one run of one remediation workflow against one target resource. The service creates exactly one
// Tekton PipelineRun for it and records the result in the status.
type WorkflowExecution struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   WorkflowExecutionSpec   `json:"spec"`
	Status WorkflowExecutionStatus `json:"status,omitzero"`
}

// WorkflowExecutionList is a list of WorkflowExecutions.
type WorkflowExecutionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []WorkflowExecution `json:"items"`
}

// WorkflowExecutionSpec is the desired run: workflow, target and inputs. Immutable except for cancelRequested and
// cancelMode.
type WorkflowExecutionSpec struct {
	// The RemediationRequest that this execution is for. Its name is the correlation id in the audit trail.
	RemediationRequestRef RemediationRequestRef `json:"remediationRequestRef"`
	// The workflow to run, as resolved by the catalogue.
	WorkflowRef WorkflowRef `json:"workflowRef"`
	// The resource that the workflow remediates, `namespace/kind/name`, or `kind/name` if it is cluster-scoped:
	// payment/deployment/payment-api, node/worker-1. The kind may be any name that kubectl accepts (Deployment,
	// deployments, deploy), qualified by its API group if necessary (deployments.apps). A target has at most one
	// running execution.
	TargetResource string `json:"targetResource"`
	// Inputs of the workflow, passed on unchanged as Tekton string parameters: data, not templates. TARGET_RESOURCE is
	// always added; if given, it must equal spec.targetResource. Keys and values together have at most 10240 bytes of
	// UTF-8.
	Parameters map[string]string `json:"parameters,omitempty"`
	// Confidence of the analysis that chose the workflow, 0 to 1. Not part of audit events.
	Confidence *float64 `json:"confidence,omitempty"`
	// Why the analysis chose the workflow. Not part of audit events.
	Rationale string `json:"rationale,omitempty"`
	// Why the workflow must run although the cooldown of its target is not over, in 10 to 500 characters. It needs the
	// verb `override` on workflowexecutions in the target's namespace and is recorded in an Event and the audit trail.
	// The target still has one execution at a time.
	OverrideCooldownReason string `json:"overrideCooldownReason,omitempty"`
	// How to run the workflow.
	ExecutionConfig *ExecutionConfig `json:"executionConfig,omitempty"`
	// Requests the cancellation of the execution. It can only go from false to true; after the execution has finished,
	// changes have no effect.
	CancelRequested bool `json:"cancelRequested,omitempty"`
	// How to cancel it. Graceful, the default, lets the `finally` tasks run. Immediate also stops those, even if they
	// have started. It has no effect without cancelRequested, and can only go from Graceful to Immediate.
	CancelMode CancelMode `json:"cancelMode,omitempty"`
	// Seconds after which the finished execution is deleted, once its audit events are recorded or given up. Without
	// it, the settings WFE_TTL_SUCCESS, WFE_TTL_FAILURE, WFE_TTL_SKIPPED and WFE_HISTORY_LIMIT apply.
	TTLSecondsAfterFinished *int32 `json:"ttlSecondsAfterFinished,omitempty"`
}

// RemediationRequestRef is the RemediationRequest that this execution is for. Its name is the correlation id in the
// audit trail.
type RemediationRequestRef struct {
	// API group and version of the referent.
	APIVersion string `json:"apiVersion,omitempty"`
	// Kind of the referent.
	Kind string `json:"kind,omitempty"`
	// Name of the referent, a DNS subdomain name.
	Name string `json:"name"`
	// Namespace of the referent, a DNS label.
	Namespace string `json:"namespace,omitempty"`
	// UID of the referent.
	UID types.UID `json:"uid,omitempty"`
	// Resource version of the referent.
	ResourceVersion string `json:"resourceVersion,omitempty"`
	// Path of a part of the referent.
	FieldPath string `json:"fieldPath,omitempty"`
}

// WorkflowRef is the workflow to run, as resolved by the catalogue.
type WorkflowRef struct {
	// Key of the workflow in the catalogue.
	WorkflowID string `json:"workflowId"`
	// Version of the workflow in the catalogue.
	Version string `json:"version"`
	// OCI reference of the Tekton bundle that holds the Pipeline named `workflow`, such as
	// quay.io/kubernaut/oomkill:v1.0.0.
	ContainerImage string `json:"containerImage"`
	// Digest that pins the bundle.
	ContainerDigest string `json:"containerDigest,omitempty"`
	// Display name of the workflow in the catalogue, for the audit trail.
	WorkflowName string `json:"workflowName,omitempty"`
	// Action type of the workflow in the catalogue, such as IncreaseMemoryLimits, for the audit trail.
	ActionType string `json:"actionType,omitempty"`
	// Names of parameters whose values are secret, in addition to those recognized by name (DB_PASSWORD, API_TOKEN).
	// Their values do not appear in logs, Events, messages and the audit trail.
	SecretParameters []string `json:"secretParameters,omitempty"`
}

// ExecutionConfig is how to run the workflow.
type ExecutionConfig struct {
	// ServiceAccount in the execution's namespace that its pods run as.
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
	// Maximum duration of the run, a Go duration of at most WFE_MAX_TIMEOUT (24h), and timeout of each task that does
	// not set its own. Without it, Tekton's default applies.
	Timeout string `json:"timeout,omitempty"`
	// Part of timeout that is reserved for the `finally` tasks, a Go duration. The other tasks are stopped when only
	// this much is left. Without it, `finally` tasks get what the others leave.
	FinallyTimeout string `json:"finallyTimeout,omitempty"`
}

// CancelMode is how to cancel it. Graceful, the default, lets the `finally` tasks run. Immediate also stops those, even
// if they have started. It has no effect without cancelRequested, and can only go from Graceful to Immediate.
type CancelMode string

// Values of CancelMode.
const (
	CancelModeGraceful  CancelMode = "Graceful"
	CancelModeImmediate CancelMode = "Immediate"
)

// WorkflowExecutionStatus is the observed state.
type WorkflowExecutionStatus struct {
	// Generation that this status is based on; -1 until the execution is first observed.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// The phase of the execution. Completed, Failed and Skipped are final.
	Phase Phase `json:"phase,omitempty"`
	// The result of the execution; absent until its phase is final.
	Outcome Outcome `json:"outcome,omitempty"`
	// Human-readable summary of the state, with advice first. It has fewer than 200 characters; failure.message has the
	// full text.
	Message string `json:"message,omitempty"`
	// Canonical form of the target, `namespace/kind/name` or `kind/name`, the kind in lower case and singular. Lock and
	// cooldown use it. Recorded with the first status, absent if spec.targetResource could not be resolved.
	Target string `json:"target,omitempty"`
	// The PipelineRun of this execution.
	PipelineRunRef *PipelineRunRef `json:"pipelineRunRef,omitempty"`
	// When the PipelineRun was created.
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// When the execution ended: the completion time of the PipelineRun, if it has one.
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`
	// Digest of the bundle that ran, as resolved by Tekton. Recorded when the execution ends; absent if Tekton resolved
	// none.
	BundleDigest string `json:"bundleDigest,omitempty"`
	// Results of the Pipeline, arrays and objects as JSON, with secrets masked. Names and values have at most 4096
	// bytes together: `…` ends a value that is cut, and a result named `…` stands for those left out. Recorded when the
	// execution ends.
	Results []Result `json:"results,omitempty"`
	// Human-readable time from startTime to completionTime (1m30s); absent until the run has ended.
	Duration string `json:"duration,omitempty"`
	// Whether nothing is left to do for the execution until it is deleted: it has finished, its audit events are
	// recorded or given up and its cooldown is over.
	Settled bool `json:"settled,omitempty"`
	// Why the execution failed; set if its phase is Failed.
	Failure *Failure `json:"failure,omitempty"`
	// Why the execution was skipped; set if its phase is Skipped.
	Skip *Skip `json:"skip,omitempty"`
	// Ready, PipelineRunCreated, AuditRecorded, Finished (True once the execution has ended) and Stalled (True if it is
	// Failed or Skipped), as standard Kubernetes conditions.
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// Phase is the phase of the execution. Completed, Failed and Skipped are final.
type Phase string

// Values of Phase.
const (
	PhasePending   Phase = "Pending"
	PhaseRunning   Phase = "Running"
	PhaseCompleted Phase = "Completed"
	PhaseFailed    Phase = "Failed"
	PhaseSkipped   Phase = "Skipped"
)

// Outcome is the result of the execution; absent until its phase is final.
type Outcome string

// Values of Outcome.
const (
	OutcomeSuccess Outcome = "Success"
	OutcomeFailed  Outcome = "Failed"
	OutcomeSkipped Outcome = "Skipped"
)

// PipelineRunRef is the PipelineRun of this execution.
type PipelineRunRef struct {
	// API group and version of the PipelineRun.
	APIVersion string `json:"apiVersion"`
	// PipelineRun.
	Kind string `json:"kind"`
	// Name of the PipelineRun.
	Name string `json:"name"`
	// Namespace of the PipelineRun.
	Namespace string `json:"namespace"`
	// UID of the PipelineRun.
	UID types.UID `json:"uid,omitempty"`
}

// Result is a result of the Pipeline.
type Result struct {
	// Name of the result.
	Name string `json:"name"`
	// Value of the result.
	Value string `json:"value"`
}

// Failure is why the execution failed; set if its phase is Failed.
type Failure struct {
	// Machine-readable reason.
	Reason FailureReason `json:"reason"`
	// Human-readable description and advice.
	Message string `json:"message"`
	// Whether a step had started, so that the target may have been changed.
	WasExecutionFailure bool `json:"wasExecutionFailure"`
	// The task that failed first, if known.
	FailedTask *FailedTask `json:"failedTask,omitempty"`
}

// FailureReason is a machine-readable reason.
type FailureReason string

// Values of FailureReason.
const (
	FailureReasonOOMKilled              FailureReason = "OOMKilled"
	FailureReasonDeadlineExceeded       FailureReason = "DeadlineExceeded"
	FailureReasonResourceExhausted      FailureReason = "ResourceExhausted"
	FailureReasonImagePullBackOff       FailureReason = "ImagePullBackOff"
	FailureReasonBundleResolutionFailed FailureReason = "BundleResolutionFailed"
	FailureReasonConfigurationError     FailureReason = "ConfigurationError"
	FailureReasonForbidden              FailureReason = "Forbidden"
	FailureReasonTaskFailed             FailureReason = "TaskFailed"
	FailureReasonCancelled              FailureReason = "Cancelled"
	FailureReasonPipelineRunDeleted     FailureReason = "PipelineRunDeleted"
	FailureReasonValidationFailed       FailureReason = "ValidationFailed"
	FailureReasonPipelineRunConflict    FailureReason = "PipelineRunConflict"
	FailureReasonMissingPipelineRun     FailureReason = "MissingPipelineRun"
	FailureReasonUnknownStatus          FailureReason = "UnknownStatus"
	FailureReasonUnknown                FailureReason = "Unknown"
)

// FailedTask is the task that failed first, if known.
type FailedTask struct {
	// Name of the task in the pipeline.
	Name string `json:"name"`
	// Name of the step that failed.
	StepName string `json:"stepName,omitempty"`
	// Exit code of the step.
	ExitCode *int32 `json:"exitCode,omitempty"`
}

// Skip is why the execution was skipped; set if its phase is Skipped.
type Skip struct {
	// Machine-readable reason.
	Reason SkipReason `json:"reason"`
	// Human-readable reason.
	Message string `json:"message"`
	// When it was skipped.
	SkippedAt metav1.Time `json:"skippedAt"`
	// The execution that holds the target, or ran on it within the cooldown.
	ConflictingExecution *ConflictingExecution `json:"conflictingExecution,omitempty"`
	// Remaining seconds of the cooldown at that time.
	RemainingCooldownSeconds *int32 `json:"remainingCooldownSeconds,omitempty"`
}

// SkipReason is a machine-readable reason.
type SkipReason string

// Values of SkipReason.
const (
	SkipReasonResourceBusy       SkipReason = "ResourceBusy"
	SkipReasonRecentlyRemediated SkipReason = "RecentlyRemediated"
	SkipReasonRestored           SkipReason = "Restored"
)

// ConflictingExecution is the execution that holds the target, or ran on it within the cooldown.
type ConflictingExecution struct {
	// Namespace of that execution.
	Namespace string `json:"namespace"`
	// Name of that execution.
	Name string `json:"name"`
	// UID of that execution.
	UID types.UID `json:"uid,omitempty"`
}
