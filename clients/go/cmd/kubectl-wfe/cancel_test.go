package main

import (
	"reflect"
	"testing"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

func TestCancelDecides(t *testing.T) {
	graceful, immediate := map[string]any{"cancelRequested": true}, map[string]any{"cancelRequested": true, "cancelMode": v1alpha1.CancelModeImmediate}
	pending := v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhasePending}
	for _, test := range []struct {
		name      string
		immediate bool
		requested v1alpha1.CancelMode
		status    v1alpha1.WorkflowExecutionStatus
		patch     map[string]any
		done      string
		err       string
	}{
		{"first request", false, "", pending, graceful, "cancellation requested", ""},
		{"first request, immediate", true, "", pending, immediate, "cancellation requested", ""},
		{"repeated", false, v1alpha1.CancelModeGraceful, pending, nil, "cancellation already requested", ""},
		{"escalated", true, v1alpha1.CancelModeGraceful, pending, immediate, "cancellation requested", ""},
		{"repeated, immediate", true, v1alpha1.CancelModeImmediate, pending, nil, "cancellation already requested", ""},
		{"never back to graceful", false, v1alpha1.CancelModeImmediate, pending, nil, "cancellation already requested", ""},
		{"canceled", false, v1alpha1.CancelModeGraceful, failed(v1alpha1.FailureReasonCancelled, true), nil, "already canceled", ""},
		{"too late", false, "", failed(v1alpha1.FailureReasonTaskFailed, true), nil, "", "workflowexecution.workflowexecution.kubernaut.ai/we-1 has ended: it is Failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			execution := anExecution(test.status)
			execution.Spec.CancelRequested, execution.Spec.CancelMode = test.requested != "", test.requested
			patch, done, err := (&cancelOptions{immediate: test.immediate}).decide(execution)
			if !reflect.DeepEqual(patch, test.patch) || done != test.done || (err != nil) != (test.err != "") || (err != nil && err.Error() != test.err) {
				t.Errorf("got %v, %q, %v", patch, done, err)
			}
		})
	}
}
