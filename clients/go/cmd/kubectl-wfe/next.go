package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

// nextCommand returns the command that helps most with an execution in its state.
//
// hasPods is whether a pod of its run is left. Tekton deletes those of tasks that are canceled or time out, and others are
// pruned.
func nextCommand(execution *v1alpha1.WorkflowExecution, hasPods bool) string {
	status := &execution.Status
	in := " -n " + execution.Namespace
	switch {
	case status.Phase == "":
		return "kubectl get deployments -A -l app.kubernetes.io/name=workflow-execution"
	case status.Skip != nil:
		return afterSkip(execution) + in
	case status.Failure != nil:
		return afterFailure(execution, hasPods)
	case status.Phase == v1alpha1.PhaseRunning && isWaiting(status):
		return describeWait(status) + in
	case !status.Phase.IsFinal():
		return fmt.Sprintf("kubectl wfe logs -f %s%s", execution.Name, in)
	default:
		return afterSteps(execution, hasPods)
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

// describeWait leads to what a running execution waits for. A pod that a quota refuses does not exist.
func describeWait(status *v1alpha1.WorkflowExecutionStatus) string {
	if status.Condition(v1alpha1.ConditionReady).Reason == "ExceededResourceQuota" {
		return "kubectl describe resourcequota"
	}
	return "kubectl describe pods -l tekton.dev/pipelineRun=" + status.PipelineRunRef.Name
}

// afterSkip leads to the conflicting execution if the status names one, and otherwise runs the workflow again.
func afterSkip(execution *v1alpha1.WorkflowExecution) string {
	skip := execution.Status.Skip
	if skip.Reason == v1alpha1.SkipReasonResourceBusy && skip.ConflictingExecution != nil {
		return "kubectl wfe why " + skip.ConflictingExecution.Name
	}
	return runAgain(execution)
}

func runAgain(execution *v1alpha1.WorkflowExecution) string {
	return "kubectl wfe run --from " + execution.Name
}

// amendNext replaces the command to run a skipped workflow again while that would be skipped, too.
func (r *report) amendNext(execution *v1alpha1.WorkflowExecution) {
	again := runAgain(execution) + " -n " + execution.Namespace
	if r.Next != again {
		return
	}
	if holder := r.Lock.Holder; holder != nil && r.Lock.HolderNote == "" {
		r.Next = fmt.Sprintf("kubectl wfe why %s -n %s", holder.Name, holder.Namespace)
		return
	}
	for _, cooldown := range r.Lock.Cooldowns {
		if cooldown.Workflow == execution.Spec.WorkflowRef.WorkflowID {
			r.Next = fmt.Sprintf("%s  # from %s on\n", again, cooldown.Until.UTC().Format(time.RFC3339)) +
				again + ` --override-cooldown "REASON"  # until then; needs the verb override`
		}
	}
}

func afterFailure(execution *v1alpha1.WorkflowExecution, hasPods bool) string {
	failure, run, in := execution.Status.Failure, execution.Status.PipelineRunRef, " -n "+execution.Namespace
	isOfPods := false
	switch failure.Reason {
	case v1alpha1.FailureReasonValidationFailed, v1alpha1.FailureReasonForbidden, v1alpha1.FailureReasonPipelineRunDeleted:
		run = nil
	case v1alpha1.FailureReasonImagePullBackOff, v1alpha1.FailureReasonResourceExhausted:
		isOfPods = true
	case v1alpha1.FailureReasonOOMKilled, v1alpha1.FailureReasonDeadlineExceeded, v1alpha1.FailureReasonTaskFailed,
		v1alpha1.FailureReasonCancelled, v1alpha1.FailureReasonBundleResolutionFailed, v1alpha1.FailureReasonConfigurationError,
		v1alpha1.FailureReasonPipelineRunConflict, v1alpha1.FailureReasonMissingPipelineRun, v1alpha1.FailureReasonUnknownStatus,
		v1alpha1.FailureReasonUnknown:
		// What ran says more: the steps, otherwise the PipelineRun.
	}
	switch {
	case run == nil:
		return "kubectl events --for wfe/" + execution.Name + in
	case isOfPods && hasPods:
		return "kubectl describe pods -l tekton.dev/pipelineRun=" + run.Name + in
	case failure.WasExecutionFailure && !isOfPods:
		return afterSteps(execution, hasPods)
	default:
		return "kubectl describe pipelinerun " + run.Name + in
	}
}

// afterSteps leads to what the steps wrote, and without pods to what they may have changed.
func afterSteps(execution *v1alpha1.WorkflowExecution, hasPods bool) string {
	target := strings.Split(execution.Status.Target, "/")
	switch {
	case hasPods || len(target) < 2:
		return fmt.Sprintf("kubectl wfe logs %s -n %s", execution.Name, execution.Namespace)
	case len(target) == 2:
		return fmt.Sprintf("kubectl describe %s/%s", target[0], target[1])
	default:
		return fmt.Sprintf("kubectl describe %s/%s -n %s", target[1], target[2], target[0])
	}
}
