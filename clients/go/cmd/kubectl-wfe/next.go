package main

import (
	"fmt"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

// nextCommand returns the command that helps most with an execution in its state.
func nextCommand(execution *v1alpha1.WorkflowExecution) string {
	status := &execution.Status
	in := " -n " + execution.Namespace
	switch {
	case status.Phase == "":
		return "kubectl get deployments -A -l app.kubernetes.io/name=workflow-execution"
	case status.Phase == v1alpha1.PhasePending:
		return fmt.Sprintf("kubectl events --for wfe/%s%s", execution.Name, in)
	case status.Skip != nil:
		return afterSkip(execution) + in
	case status.Failure != nil:
		return afterFailure(execution) + in
	case status.Phase == v1alpha1.PhaseRunning && isWaiting(status):
		return "kubectl describe " + podsOf(status) + in
	case status.Phase == v1alpha1.PhaseRunning:
		return fmt.Sprintf("kubectl wfe logs -f %s%s", execution.Name, in)
	default:
		return fmt.Sprintf("kubectl wfe logs %s%s", execution.Name, in)
	}
}

// isWaiting returns whether a running execution waits for a pod (docs/guide.md, Phases).
func isWaiting(status *v1alpha1.WorkflowExecutionStatus) bool {
	ready := status.Condition(v1alpha1.ConditionReady)
	if ready == nil {
		return false
	}
	switch ready.Reason {
	case "ExceededResourceQuota", "Unschedulable", "ImagePullFailed", "PodPending":
		return true
	}
	return false
}

// afterSkip leads to the conflicting execution if the status names one, and otherwise runs the workflow again.
func afterSkip(execution *v1alpha1.WorkflowExecution) string {
	skip := execution.Status.Skip
	if skip.Reason == v1alpha1.SkipReasonResourceBusy && skip.ConflictingExecution != nil {
		return "kubectl wfe why " + skip.ConflictingExecution.Name
	}
	return "kubectl wfe run --from " + execution.Name
}

func afterFailure(execution *v1alpha1.WorkflowExecution) string {
	status := &execution.Status
	switch status.Failure.Reason {
	case v1alpha1.FailureReasonImagePullBackOff, v1alpha1.FailureReasonResourceExhausted:
		return "kubectl describe " + podsOf(status)
	case v1alpha1.FailureReasonValidationFailed, v1alpha1.FailureReasonForbidden, v1alpha1.FailureReasonPipelineRunDeleted:
		return "kubectl events --for wfe/" + execution.Name
	}
	switch run := status.PipelineRunRef; {
	case status.Failure.WasExecutionFailure:
		return "kubectl wfe logs " + execution.Name
	case run != nil:
		return "kubectl describe pipelinerun " + run.Name
	default:
		return "kubectl events --for wfe/" + execution.Name
	}
}

// podsOf selects the pods of a run.
func podsOf(status *v1alpha1.WorkflowExecutionStatus) string {
	if status.PipelineRunRef == nil {
		return "pods"
	}
	return "pods -l tekton.dev/pipelineRun=" + status.PipelineRunRef.Name
}
