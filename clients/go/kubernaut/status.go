// Package kubernaut shows an execution as RemediationOrchestrator of August 2026 reads one: in the phases Pending, Running,
// Completed and Failed, with failureDetails. docs/guide.md has the mapping and what the orchestrator does with it.
package kubernaut

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// Values of FailureDetails.Reason that have no counterpart in [v1alpha1.FailureReason], or stand for several.
const (
	// ReasonDeduplicated makes the orchestrator take over the outcome of the execution in Status.DeduplicatedBy.
	ReasonDeduplicated       = "Deduplicated"
	reasonConfigurationError = "ConfigurationError"
	reasonUnknown            = "Unknown"
)

// Status has the fields of the orchestrator's WorkflowExecutionStatus that an execution determines, with their names in
// JSON.
type Status struct {
	// Phase is empty, Pending, Running, Completed or Failed.
	Phase          string           `json:"phase,omitempty"`
	StartTime      *metav1.Time     `json:"startTime,omitempty"`
	CompletionTime *metav1.Time     `json:"completionTime,omitempty"`
	Duration       *metav1.Duration `json:"duration,omitempty"`
	// FailureReason repeats FailureDetails.Reason, which the orchestrator quotes in notifications.
	FailureReason  string          `json:"failureReason,omitempty"`
	FailureDetails *FailureDetails `json:"failureDetails,omitempty"`
	// DeduplicatedBy is the name of an execution in the same namespace.
	DeduplicatedBy string `json:"deduplicatedBy,omitempty"`
}

// FailureDetails has the fields of the orchestrator's FailureDetails, with their names in JSON.
type FailureDetails struct {
	// FailedTaskIndex is always 0: tasks of a Tekton Pipeline have no order.
	FailedTaskIndex            int              `json:"failedTaskIndex"`
	FailedTaskName             string           `json:"failedTaskName"`
	FailedStepName             string           `json:"failedStepName,omitempty"`
	Reason                     string           `json:"reason"`
	Message                    string           `json:"message"`
	ExitCode                   *int32           `json:"exitCode,omitempty"`
	FailedAt                   metav1.Time      `json:"failedAt"`
	ExecutionTimeBeforeFailure *metav1.Duration `json:"executionTimeBeforeFailure,omitempty"`
	NaturalLanguageSummary     string           `json:"naturalLanguageSummary"`
	// WasExecutionFailure is whether a step had started, so that the target may have been changed.
	WasExecutionFailure bool `json:"wasExecutionFailure,omitempty"`
}

// StatusOf returns what the orchestrator reads from an execution.
func StatusOf(execution *v1alpha1.WorkflowExecution) Status {
	from := execution.Status
	status := Status{
		Phase:          string(from.Phase),
		StartTime:      from.StartTime,
		CompletionTime: from.CompletionTime,
		Duration:       duration(from.StartTime, from.CompletionTime),
	}
	switch from.Phase {
	case v1alpha1.PhaseFailed:
		status.FailureDetails = failed(from, status.Duration)
	case v1alpha1.PhaseSkipped:
		status.Phase = string(v1alpha1.PhaseFailed)
		status.FailureDetails, status.DeduplicatedBy = skipped(from, execution.Namespace)
	default:
		return status
	}
	status.FailureReason = status.FailureDetails.Reason
	return status
}

// StatusOfMessage is StatusOf for an execution of the gRPC API, such as the result of client.Run.
func StatusOfMessage(execution *workflowexecutionv1.WorkflowExecution) Status {
	return StatusOf(resource(execution))
}

func failed(from v1alpha1.WorkflowExecutionStatus, took *metav1.Duration) *FailureDetails {
	details := &FailureDetails{Reason: reasonUnknown, FailedAt: timeOf(from.CompletionTime), ExecutionTimeBeforeFailure: took}
	if failure := from.Failure; failure != nil {
		details.Reason = reasonOf(failure.Reason)
		details.Message, details.NaturalLanguageSummary = failure.Message, failure.Message
		details.WasExecutionFailure = failure.WasExecutionFailure
		if task := failure.FailedTask; task != nil {
			details.FailedTaskName, details.FailedStepName, details.ExitCode = task.Name, task.StepName, task.ExitCode
		}
	}
	return details
}

// skipped returns the details of a skipped execution, and the name of the one whose outcome counts for it. The orchestrator
// looks that up in the namespace, and waits for ever without one.
func skipped(from v1alpha1.WorkflowExecutionStatus, namespace string) (details *FailureDetails, deduplicatedBy string) {
	details = &FailureDetails{Reason: reasonUnknown, FailedAt: timeOf(from.CompletionTime)}
	if skip := from.Skip; skip != nil {
		details.Message, details.NaturalLanguageSummary = skip.Message, skip.Message
		details.FailedAt = skip.SkippedAt
		other := skip.ConflictingExecution
		if skip.Reason == v1alpha1.SkipReasonResourceBusy && other != nil && other.Namespace == namespace {
			details.Reason = ReasonDeduplicated
			return details, other.Name
		}
	}
	return details, ""
}

// reasonOf returns the reason that the orchestrator knows.
func reasonOf(reason v1alpha1.FailureReason) string {
	switch reason {
	case v1alpha1.FailureReasonOOMKilled,
		v1alpha1.FailureReasonDeadlineExceeded,
		v1alpha1.FailureReasonResourceExhausted,
		v1alpha1.FailureReasonImagePullBackOff,
		v1alpha1.FailureReasonConfigurationError,
		v1alpha1.FailureReasonForbidden,
		v1alpha1.FailureReasonTaskFailed:
		return string(reason)
	case v1alpha1.FailureReasonBundleResolutionFailed,
		v1alpha1.FailureReasonValidationFailed,
		v1alpha1.FailureReasonPipelineRunConflict:
		return reasonConfigurationError
	default:
		return reasonUnknown
	}
}

func duration(start, end *metav1.Time) *metav1.Duration {
	if start == nil || end == nil {
		return nil
	}
	return &metav1.Duration{Duration: end.Sub(start.Time)}
}

func timeOf(at *metav1.Time) metav1.Time {
	if at == nil {
		return metav1.Time{}
	}
	return *at
}
