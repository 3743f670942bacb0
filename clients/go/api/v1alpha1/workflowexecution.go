package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Types of the conditions in WorkflowExecutionStatus.
const (
	// ConditionReady is False while the execution waits and why, True once it has succeeded.
	ConditionReady = "Ready"
	// ConditionPipelineRunCreated is True once the PipelineRun exists.
	ConditionPipelineRunCreated = "PipelineRunCreated"
	// ConditionAuditRecorded is True once data storage has all audit events of the execution.
	ConditionAuditRecorded = "AuditRecorded"
	// ConditionFinished is True once the phase is final.
	ConditionFinished = "Finished"
	// ConditionStalled is True if the execution has failed or was skipped.
	ConditionStalled = "Stalled"
)

// IsFinal returns whether the phase never changes again.
func (p Phase) IsFinal() bool {
	return p == PhaseCompleted || p == PhaseFailed || p == PhaseSkipped
}

// reasonAllTasksSkipped is the reason of ConditionReady if the when expressions of all tasks were false.
const reasonAllTasksSkipped = "AllTasksSkipped"

// StepsRan returns whether a step may have started, so that the target may have been changed.
func (s *WorkflowExecutionStatus) StepsRan() bool {
	switch s.Phase {
	case PhaseRunning:
		return true
	case PhaseCompleted:
		ready := s.Condition(ConditionReady)
		return ready == nil || ready.Reason != reasonAllTasksSkipped
	case PhaseFailed:
		return s.Failure == nil || s.Failure.WasExecutionFailure
	default:
		return false
	}
}

// Condition returns the condition of a type; nil if there is none.
func (s *WorkflowExecutionStatus) Condition(conditionType string) *metav1.Condition {
	return meta.FindStatusCondition(s.Conditions, conditionType)
}
