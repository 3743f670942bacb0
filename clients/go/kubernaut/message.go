package kubernaut

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

var phases = map[workflowexecutionv1.Phase]v1alpha1.Phase{
	workflowexecutionv1.Phase_PHASE_PENDING:   v1alpha1.PhasePending,
	workflowexecutionv1.Phase_PHASE_RUNNING:   v1alpha1.PhaseRunning,
	workflowexecutionv1.Phase_PHASE_COMPLETED: v1alpha1.PhaseCompleted,
	workflowexecutionv1.Phase_PHASE_FAILED:    v1alpha1.PhaseFailed,
	workflowexecutionv1.Phase_PHASE_SKIPPED:   v1alpha1.PhaseSkipped,
}

var failureReasons = map[workflowexecutionv1.FailureReason]v1alpha1.FailureReason{
	workflowexecutionv1.FailureReason_FAILURE_REASON_OOM_KILLED:               v1alpha1.FailureReasonOOMKilled,
	workflowexecutionv1.FailureReason_FAILURE_REASON_DEADLINE_EXCEEDED:        v1alpha1.FailureReasonDeadlineExceeded,
	workflowexecutionv1.FailureReason_FAILURE_REASON_RESOURCE_EXHAUSTED:       v1alpha1.FailureReasonResourceExhausted,
	workflowexecutionv1.FailureReason_FAILURE_REASON_IMAGE_PULL_BACK_OFF:      v1alpha1.FailureReasonImagePullBackOff,
	workflowexecutionv1.FailureReason_FAILURE_REASON_BUNDLE_RESOLUTION_FAILED: v1alpha1.FailureReasonBundleResolutionFailed,
	workflowexecutionv1.FailureReason_FAILURE_REASON_CONFIGURATION_ERROR:      v1alpha1.FailureReasonConfigurationError,
	workflowexecutionv1.FailureReason_FAILURE_REASON_FORBIDDEN:                v1alpha1.FailureReasonForbidden,
	workflowexecutionv1.FailureReason_FAILURE_REASON_TASK_FAILED:              v1alpha1.FailureReasonTaskFailed,
	workflowexecutionv1.FailureReason_FAILURE_REASON_CANCELLED:                v1alpha1.FailureReasonCancelled,
	workflowexecutionv1.FailureReason_FAILURE_REASON_PIPELINE_RUN_DELETED:     v1alpha1.FailureReasonPipelineRunDeleted,
	workflowexecutionv1.FailureReason_FAILURE_REASON_VALIDATION_FAILED:        v1alpha1.FailureReasonValidationFailed,
	workflowexecutionv1.FailureReason_FAILURE_REASON_PIPELINE_RUN_CONFLICT:    v1alpha1.FailureReasonPipelineRunConflict,
	workflowexecutionv1.FailureReason_FAILURE_REASON_MISSING_PIPELINE_RUN:     v1alpha1.FailureReasonMissingPipelineRun,
	workflowexecutionv1.FailureReason_FAILURE_REASON_UNKNOWN_STATUS:           v1alpha1.FailureReasonUnknownStatus,
	workflowexecutionv1.FailureReason_FAILURE_REASON_UNKNOWN:                  v1alpha1.FailureReasonUnknown,
}

var skipReasons = map[workflowexecutionv1.SkipReason]v1alpha1.SkipReason{
	workflowexecutionv1.SkipReason_SKIP_REASON_RESOURCE_BUSY:       v1alpha1.SkipReasonResourceBusy,
	workflowexecutionv1.SkipReason_SKIP_REASON_RECENTLY_REMEDIATED: v1alpha1.SkipReasonRecentlyRemediated,
	workflowexecutionv1.SkipReason_SKIP_REASON_RESTORED:            v1alpha1.SkipReasonRestored,
}

// resource returns what of a message the mapping reads, as the resource has it.
func resource(message *workflowexecutionv1.WorkflowExecution) *v1alpha1.WorkflowExecution {
	status := message.GetStatus()
	return &v1alpha1.WorkflowExecution{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(message.GetName())},
		Status: v1alpha1.WorkflowExecutionStatus{
			Phase:          phases[status.GetPhase()],
			StartTime:      resourceTime(status.GetStartTime()),
			CompletionTime: resourceTime(status.GetCompletionTime()),
			Failure:        resourceFailure(status.GetFailure()),
			Skip:           resourceSkip(status.GetSkip()),
		},
	}
}

func resourceFailure(message *workflowexecutionv1.Failure) *v1alpha1.Failure {
	if message == nil {
		return nil
	}
	failure := &v1alpha1.Failure{
		Reason:              failureReasons[message.GetReason()],
		Message:             message.GetMessage(),
		WasExecutionFailure: message.GetWasExecutionFailure(),
	}
	if task := message.GetFailedTask(); task != nil {
		failure.FailedTask = &v1alpha1.FailedTask{Name: task.GetName(), StepName: task.GetStepName(), ExitCode: task.ExitCode}
	}
	return failure
}

func resourceSkip(message *workflowexecutionv1.Skip) *v1alpha1.Skip {
	if message == nil {
		return nil
	}
	skip := &v1alpha1.Skip{Reason: skipReasons[message.GetReason()], Message: message.GetMessage()}
	if at := resourceTime(message.GetSkipTime()); at != nil {
		skip.SkippedAt = *at
	}
	if other := message.GetConflictingExecution(); other != nil {
		skip.ConflictingExecution = &v1alpha1.ConflictingExecution{Namespace: other.GetNamespace(), Name: other.GetName()}
	}
	return skip
}

func resourceTime(message *timestamppb.Timestamp) *metav1.Time {
	if message == nil {
		return nil
	}
	return &metav1.Time{Time: message.AsTime()}
}

// namespaceOf returns the namespace in a resource name, namespaces/{namespace}/workflowExecutions/{id}.
func namespaceOf(name string) string {
	namespace, _, _ := strings.Cut(strings.TrimPrefix(name, "namespaces/"), "/")
	return namespace
}
