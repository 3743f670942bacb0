package main

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

// anExecution has a status in the namespace payment.
func anExecution(status v1alpha1.WorkflowExecutionStatus) *v1alpha1.WorkflowExecution {
	return &v1alpha1.WorkflowExecution{
		ObjectMeta: metav1.ObjectMeta{Namespace: "payment", Name: "we-1"},
		Spec: v1alpha1.WorkflowExecutionSpec{
			WorkflowRef:    v1alpha1.WorkflowRef{WorkflowID: "restart", Version: "1.0.0"},
			TargetResource: "payment/deploy/api",
		},
		Status: status,
	}
}

func failed(reason v1alpha1.FailureReason, stepsRan bool) v1alpha1.WorkflowExecutionStatus {
	return v1alpha1.WorkflowExecutionStatus{
		Phase:          v1alpha1.PhaseFailed,
		PipelineRunRef: &v1alpha1.PipelineRunRef{Name: "we-1-abc"},
		Failure:        &v1alpha1.Failure{Reason: reason, Message: "Why.", WasExecutionFailure: stepsRan},
	}
}

func skipped(reason v1alpha1.SkipReason, by *v1alpha1.ConflictingExecution) v1alpha1.WorkflowExecutionStatus {
	return v1alpha1.WorkflowExecutionStatus{
		Phase: v1alpha1.PhaseSkipped,
		Skip:  &v1alpha1.Skip{Reason: reason, Message: "Why.", ConflictingExecution: by},
	}
}

func running(ready string) v1alpha1.WorkflowExecutionStatus {
	return v1alpha1.WorkflowExecutionStatus{
		Phase:          v1alpha1.PhaseRunning,
		PipelineRunRef: &v1alpha1.PipelineRunRef{Name: "we-1-abc"},
		Conditions:     []metav1.Condition{{Type: v1alpha1.ConditionReady, Reason: ready}},
	}
}

func TestNextCommand(t *testing.T) {
	other := &v1alpha1.ConflictingExecution{Namespace: "payment", Name: "we-0"}
	withoutRun := failed(v1alpha1.FailureReasonConfigurationError, false)
	withoutRun.PipelineRunRef = nil
	completed := v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseCompleted, Target: "payment/deployment/api"}
	ofNode := v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseCompleted, Target: "node/worker-1"}
	canceled := failed(v1alpha1.FailureReasonCancelled, true)
	canceled.Target = "shop/deployment/api"
	for _, test := range []struct {
		name    string
		status  v1alpha1.WorkflowExecutionStatus
		hasPods bool
		want    string
	}{
		{"not observed", v1alpha1.WorkflowExecutionStatus{}, false, "kubectl get deployments -A -l app.kubernetes.io/name=workflow-execution"},
		{"pending", v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhasePending}, false, "kubectl wfe logs -f we-1 -n payment"},
		{"running", running("Running"), true, "kubectl wfe logs -f we-1 -n payment"},
		{"running, before its first pod", running("Running"), false, "kubectl wfe logs -f we-1 -n payment"},
		{"running, but waiting for a node", running("Unschedulable"), true, "kubectl describe pods -l tekton.dev/pipelineRun=we-1-abc -n payment"},
		{"running, but refused by a quota", running("ExceededResourceQuota"), false, "kubectl describe resourcequota -n payment"},
		{"completed", completed, true, "kubectl wfe logs we-1 -n payment"},
		{"completed, without pods", completed, false, "kubectl describe deployment/api -n payment"},
		{"completed, without pods, on a cluster-scoped target", ofNode, false, "kubectl describe node/worker-1"},
		{"a step failed", failed(v1alpha1.FailureReasonTaskFailed, true), true, "kubectl wfe logs we-1 -n payment"},
		{"canceled", canceled, false, "kubectl describe deployment/api -n shop"},
		{"canceled, with pods", canceled, true, "kubectl wfe logs we-1 -n payment"},
		{"no image", failed(v1alpha1.FailureReasonImagePullBackOff, false), true, "kubectl describe pods -l tekton.dev/pipelineRun=we-1-abc -n payment"},
		{"no image, without pods", failed(v1alpha1.FailureReasonImagePullBackOff, false), false, "kubectl describe pipelinerun we-1-abc -n payment"},
		{"no image after steps, without pods", failed(v1alpha1.FailureReasonImagePullBackOff, true), false, "kubectl describe pipelinerun we-1-abc -n payment"},
		{"no bundle", failed(v1alpha1.FailureReasonBundleResolutionFailed, false), false, "kubectl describe pipelinerun we-1-abc -n payment"},
		{"no PipelineRun", withoutRun, false, "kubectl events --for wfe/we-1 -n payment"},
		{"refused", failed(v1alpha1.FailureReasonForbidden, false), false, "kubectl events --for wfe/we-1 -n payment"},
		{"busy", skipped(v1alpha1.SkipReasonResourceBusy, other), false, "kubectl wfe why we-0 -n payment"},
		{"busy by another namespace", skipped(v1alpha1.SkipReasonResourceBusy, nil), false, "kubectl wfe run --from we-1 -n payment"},
		{"cooling down", skipped(v1alpha1.SkipReasonRecentlyRemediated, other), false, "kubectl wfe run --from we-1 -n payment"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := nextCommand(anExecution(test.status), test.hasPods); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
