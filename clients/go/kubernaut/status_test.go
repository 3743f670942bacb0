package kubernaut_test

import (
	"encoding/json"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/kubernaut"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

var (
	start    = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	end      = start.Add(90 * time.Second)
	exitCode = int32(3)
)

// both returns what the orchestrator reads from an execution as a resource and as a message, which must be the same.
func both(t *testing.T, status v1alpha1.WorkflowExecutionStatus, message *workflowexecutionv1.WorkflowExecutionStatus) string {
	t.Helper()
	name := "namespaces/payment/workflowExecutions/wfe-1"
	resource := &v1alpha1.WorkflowExecution{ObjectMeta: metav1.ObjectMeta{Namespace: "payment", Name: "wfe-1"}, Status: status}
	got := asJSON(t, kubernaut.StatusOf(resource))
	if other := asJSON(t, kubernaut.StatusOfMessage(&workflowexecutionv1.WorkflowExecution{Name: name, Status: message})); other != got {
		t.Errorf("as a message: %s\nas a resource: %s", other, got)
	}
	return got
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPhasesThatTheOrchestratorKnowsStay(t *testing.T) {
	for phase, message := range map[v1alpha1.Phase]workflowexecutionv1.Phase{
		"":                      workflowexecutionv1.Phase_PHASE_UNSPECIFIED,
		v1alpha1.PhasePending:   workflowexecutionv1.Phase_PHASE_PENDING,
		v1alpha1.PhaseRunning:   workflowexecutionv1.Phase_PHASE_RUNNING,
		v1alpha1.PhaseCompleted: workflowexecutionv1.Phase_PHASE_COMPLETED,
	} {
		got := both(t,
			v1alpha1.WorkflowExecutionStatus{Phase: phase, StartTime: &metav1.Time{Time: start}, CompletionTime: &metav1.Time{Time: end}},
			&workflowexecutionv1.WorkflowExecutionStatus{Phase: message, StartTime: timestamppb.New(start), CompletionTime: timestamppb.New(end)},
		)
		want := `"startTime":"2026-08-01T12:00:00Z","completionTime":"2026-08-01T12:01:30Z","duration":"1m30s"}`
		if phase != "" {
			want = `"phase":"` + string(phase) + `",` + want
		}
		if want = "{" + want; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAFailureBecomesFailureDetails(t *testing.T) {
	got := both(t,
		v1alpha1.WorkflowExecutionStatus{
			Phase: v1alpha1.PhaseFailed, StartTime: &metav1.Time{Time: start}, CompletionTime: &metav1.Time{Time: end},
			Failure: &v1alpha1.Failure{
				Reason: v1alpha1.FailureReasonTaskFailed, Message: "exit code 3", WasExecutionFailure: true,
				FailedTask: &v1alpha1.FailedTask{Name: "restart", StepName: "rollout", ExitCode: &exitCode},
			},
		},
		&workflowexecutionv1.WorkflowExecutionStatus{
			Phase: workflowexecutionv1.Phase_PHASE_FAILED, StartTime: timestamppb.New(start), CompletionTime: timestamppb.New(end),
			Failure: &workflowexecutionv1.Failure{
				Reason: workflowexecutionv1.FailureReason_FAILURE_REASON_TASK_FAILED, Message: "exit code 3", WasExecutionFailure: true,
				FailedTask: &workflowexecutionv1.FailedTask{Name: "restart", StepName: "rollout", ExitCode: &exitCode},
			},
		},
	)
	want := `{"phase":"Failed","startTime":"2026-08-01T12:00:00Z","completionTime":"2026-08-01T12:01:30Z","duration":"1m30s",` +
		`"failureReason":"TaskFailed","failureDetails":{"failedTaskIndex":0,"failedTaskName":"restart","failedStepName":"rollout",` +
		`"reason":"TaskFailed","message":"exit code 3","exitCode":3,"failedAt":"2026-08-01T12:01:30Z",` +
		`"executionTimeBeforeFailure":"1m30s","naturalLanguageSummary":"exit code 3","wasExecutionFailure":true}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAFailureBeforeTheRunHasNoTask(t *testing.T) {
	got := both(t,
		v1alpha1.WorkflowExecutionStatus{
			Phase: v1alpha1.PhaseFailed, CompletionTime: &metav1.Time{Time: end},
			Failure: &v1alpha1.Failure{Reason: v1alpha1.FailureReasonForbidden, Message: "denied"},
		},
		&workflowexecutionv1.WorkflowExecutionStatus{
			Phase: workflowexecutionv1.Phase_PHASE_FAILED, CompletionTime: timestamppb.New(end),
			Failure: &workflowexecutionv1.Failure{Reason: workflowexecutionv1.FailureReason_FAILURE_REASON_FORBIDDEN, Message: "denied"},
		},
	)
	want := `{"phase":"Failed","completionTime":"2026-08-01T12:01:30Z","failureReason":"Forbidden","failureDetails":{"failedTaskIndex":0,` +
		`"failedTaskName":"","reason":"Forbidden","message":"denied","failedAt":"2026-08-01T12:01:30Z","naturalLanguageSummary":"denied"}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReasonsOfFailures(t *testing.T) {
	reasons := map[workflowexecutionv1.FailureReason]struct{ here, there string }{
		workflowexecutionv1.FailureReason_FAILURE_REASON_UNSPECIFIED:              {"", "Unknown"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_OOM_KILLED:               {"OOMKilled", "OOMKilled"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_DEADLINE_EXCEEDED:        {"DeadlineExceeded", "DeadlineExceeded"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_RESOURCE_EXHAUSTED:       {"ResourceExhausted", "ResourceExhausted"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_IMAGE_PULL_BACK_OFF:      {"ImagePullBackOff", "ImagePullBackOff"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_BUNDLE_RESOLUTION_FAILED: {"BundleResolutionFailed", "ConfigurationError"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_CONFIGURATION_ERROR:      {"ConfigurationError", "ConfigurationError"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_FORBIDDEN:                {"Forbidden", "Forbidden"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_TASK_FAILED:              {"TaskFailed", "TaskFailed"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_CANCELLED:                {"Cancelled", "Unknown"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_PIPELINE_RUN_DELETED:     {"PipelineRunDeleted", "Unknown"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_VALIDATION_FAILED:        {"ValidationFailed", "ConfigurationError"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_PIPELINE_RUN_CONFLICT:    {"PipelineRunConflict", "ConfigurationError"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_MISSING_PIPELINE_RUN:     {"MissingPipelineRun", "Unknown"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_UNKNOWN_STATUS:           {"UnknownStatus", "Unknown"},
		workflowexecutionv1.FailureReason_FAILURE_REASON_UNKNOWN:                  {"Unknown", "Unknown"},
	}
	for number, name := range workflowexecutionv1.FailureReason_name {
		reason, isKnown := reasons[workflowexecutionv1.FailureReason(number)]
		if !isKnown {
			t.Errorf("%s is not mapped", name)
		}
		resource := &v1alpha1.WorkflowExecution{Status: v1alpha1.WorkflowExecutionStatus{
			Phase: v1alpha1.PhaseFailed, Failure: &v1alpha1.Failure{Reason: v1alpha1.FailureReason(reason.here)},
		}}
		message := &workflowexecutionv1.WorkflowExecution{Status: &workflowexecutionv1.WorkflowExecutionStatus{
			Phase: workflowexecutionv1.Phase_PHASE_FAILED, Failure: &workflowexecutionv1.Failure{Reason: workflowexecutionv1.FailureReason(number)},
		}}
		for _, status := range []kubernaut.Status{kubernaut.StatusOf(resource), kubernaut.StatusOfMessage(message)} {
			if status.FailureReason != reason.there || status.FailureDetails.Reason != reason.there {
				t.Errorf("%s is %s, want %s", name, status.FailureDetails.Reason, reason.there)
			}
		}
	}
}

func TestASkippedExecutionIsDeduplicatedOrFailed(t *testing.T) {
	conflicting := func(namespace string) *v1alpha1.ConflictingExecution {
		return &v1alpha1.ConflictingExecution{Namespace: namespace, Name: "wfe-2"}
	}
	for title, test := range map[string]struct {
		skip           v1alpha1.Skip
		reason         workflowexecutionv1.SkipReason
		want, original string
	}{
		"busy": {
			v1alpha1.Skip{Reason: v1alpha1.SkipReasonResourceBusy, ConflictingExecution: conflicting("payment")},
			workflowexecutionv1.SkipReason_SKIP_REASON_RESOURCE_BUSY, "Deduplicated", "wfe-2",
		},
		"busy with one of another namespace": {
			v1alpha1.Skip{Reason: v1alpha1.SkipReasonResourceBusy, ConflictingExecution: conflicting("shop")},
			workflowexecutionv1.SkipReason_SKIP_REASON_RESOURCE_BUSY, "Unknown", "",
		},
		"busy with an unknown one": {
			v1alpha1.Skip{Reason: v1alpha1.SkipReasonResourceBusy},
			workflowexecutionv1.SkipReason_SKIP_REASON_RESOURCE_BUSY, "Unknown", "",
		},
		"within the cooldown": {
			v1alpha1.Skip{Reason: v1alpha1.SkipReasonRecentlyRemediated, ConflictingExecution: conflicting("payment")},
			workflowexecutionv1.SkipReason_SKIP_REASON_RECENTLY_REMEDIATED, "Unknown", "",
		},
		"restored": {
			v1alpha1.Skip{Reason: v1alpha1.SkipReasonRestored},
			workflowexecutionv1.SkipReason_SKIP_REASON_RESTORED, "Unknown", "",
		},
	} {
		t.Run(title, func(t *testing.T) {
			test.skip.Message, test.skip.SkippedAt = "skipped", metav1.Time{Time: start}
			message := &workflowexecutionv1.Skip{Reason: test.reason, Message: "skipped", SkipTime: timestamppb.New(start)}
			if other := test.skip.ConflictingExecution; other != nil {
				message.ConflictingExecution = &workflowexecutionv1.ConflictingExecution{Namespace: other.Namespace, Name: other.Name}
			}
			got := both(t,
				v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseSkipped, CompletionTime: &metav1.Time{Time: end}, Skip: &test.skip},
				&workflowexecutionv1.WorkflowExecutionStatus{
					Phase: workflowexecutionv1.Phase_PHASE_SKIPPED, CompletionTime: timestamppb.New(end), Skip: message,
				},
			)
			want := `{"phase":"Failed","completionTime":"2026-08-01T12:01:30Z","failureReason":"` + test.want +
				`","failureDetails":{"failedTaskIndex":0,"failedTaskName":"","reason":"` + test.want +
				`","message":"skipped","failedAt":"2026-08-01T12:00:00Z","naturalLanguageSummary":"skipped"}`
			if test.original != "" {
				want += `,"deduplicatedBy":"` + test.original + `"`
			}
			if want += "}"; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestEveryReasonOfASkipIsMapped(t *testing.T) {
	if got := len(workflowexecutionv1.SkipReason_name); got != 4 {
		t.Errorf("there are %d reasons: add the new one to the map of reasons and to the test above", got)
	}
}
