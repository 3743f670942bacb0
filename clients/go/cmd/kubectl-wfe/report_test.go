package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/lock"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func before(duration time.Duration) metav1.Time { return metav1.NewTime(now.Add(-duration)) }

// written returns the rows of the report on an execution.
func written(t *testing.T, execution *v1alpha1.WorkflowExecution, state *lockState) string {
	t.Helper()
	report := reportOf(execution, true)
	report.addLock(execution, state, now)
	out := &strings.Builder{}
	if err := report.write(out, now); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func expectLines(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, line := range want {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
}

func TestReportOfAnUnobservedExecution(t *testing.T) {
	got := written(t, anExecution(v1alpha1.WorkflowExecutionStatus{}), nil)
	expectLines(t, got, "Phase:      Pending", "Message:    The controller has not observed the execution yet.")
}

func TestReportShowsCooldownsThatLast(t *testing.T) {
	status := v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseCompleted, Target: "payment/deployment/api"}
	held := &lock.Lock{Cooldowns: []lock.Cooldown{
		{WorkflowID: "restart", CompletionTime: now.Add(-2 * time.Minute)},
		{WorkflowID: "restart", CompletionTime: now.Add(-time.Minute)},
		{WorkflowID: "restart", CompletionTime: now.Add(-3 * time.Minute)},
		{WorkflowID: "scale", CompletionTime: now.Add(-time.Hour)},
	}}
	got := written(t, anExecution(status), &lockState{lock: held, cooldown: cooldownSettings{5 * time.Minute, true}})
	expectLines(t, got,
		"Target held by:  no execution",
		"Cooldown:        until 2026-01-02T03:08:05Z, for 4m more: workflow restart does not run again on the target",
		"Note:            WFE_COOLDOWN is not readable in ConfigMap workflow-execution-settings; assuming its default, 5m")
	if strings.Contains(got, "scale") {
		t.Errorf("a cooldown that is over is shown:\n%s", got)
	}
	if strings.Count(got, "Cooldown:") != 1 {
		t.Errorf("a cooldown of restart that ends before another one is shown:\n%s", got)
	}
}

func TestNextDoesNotRunAWorkflowThatWouldBeSkippedAgain(t *testing.T) {
	again := "  kubectl wfe run --from we-1 -n payment"
	cooldowns := []lock.Cooldown{
		{WorkflowID: "scale", CompletionTime: now},
		{WorkflowID: "restart", CompletionTime: now.Add(-time.Minute)},
	}
	other := &lock.Execution{Namespace: "shop", Name: "we-2"}
	busy, recent := v1alpha1.SkipReasonResourceBusy, v1alpha1.SkipReasonRecentlyRemediated
	for _, test := range []struct {
		name   string
		reason v1alpha1.SkipReason
		lock   lock.Lock
		want   []string
	}{
		{"in its cooldown", recent, lock.Lock{Cooldowns: cooldowns}, []string{
			again + "  # from 2026-01-02T03:08:05Z on",
			again + ` --override-cooldown "REASON"  # until then; needs the verb override`,
		}},
		{"after a cooldown", recent, lock.Lock{Cooldowns: cooldowns[:1]}, []string{again}},
		{"on a target that is held", busy, lock.Lock{Holder: other}, []string{"  kubectl wfe why we-2 -n shop"}},
		{"on a target that is free", busy, lock.Lock{}, []string{again}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := written(t, anExecution(skipped(test.reason, nil)), &lockState{lock: &test.lock, cooldown: cooldownSettings{5 * time.Minute, false}})
			_, next, _ := strings.Cut(got, "Next:\n")
			if want := strings.Join(test.want, "\n") + "\n"; next != want {
				t.Errorf("got  %s\nwant %s", next, want)
			}
		})
	}
}

func TestReportSaysThatTheCooldownIsOverridden(t *testing.T) {
	execution := anExecution(running("Running"))
	execution.Spec.OverrideCooldownReason = "agreed with the on-call lead"
	expectLines(t, written(t, execution, nil),
		"Override:   the cooldown does not apply to this execution, as requested: agreed with the on-call lead")
	execution.Annotations = map[string]string{createdByAnnotation: "alice"}
	expectLines(t, written(t, execution, nil),
		"Override:   the cooldown does not apply to this execution, as requested by alice: agreed with the on-call lead")
}

func TestReportWithoutTheRightToReadLocksHasTheCooldownOfTheStatus(t *testing.T) {
	status := skipped(v1alpha1.SkipReasonRecentlyRemediated, nil)
	status.Target = "payment/deployment/api"
	status.Skip.SkippedAt = before(time.Minute)
	remaining := int32(150)
	status.Skip.RemainingCooldownSeconds = &remaining
	got := written(t, anExecution(status), &lockState{err: errors.New("leases is forbidden")})
	expectLines(t, got,
		"Cooldown:   until 2026-01-02T03:05:35Z, for 90s more: workflow restart does not run again on the target",
		"Note:       the lock of the target is not readable: leases is forbidden",
		"  kubectl wfe run --from we-1 -n payment  # from 2026-01-02T03:05:35Z on")
}

func TestReportEscapesText(t *testing.T) {
	status := failed(v1alpha1.FailureReasonTaskFailed, true)
	status.Failure.Message = "\x1b[31mforged\nNext:"
	expectLines(t, written(t, anExecution(status), nil), `Message:    \u001b[31mforged\nNext:`)
}
