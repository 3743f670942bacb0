// Code generated from crds/ by `npm run generate`. DO NOT EDIT.

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *WorkflowExecution) DeepCopyInto(out *WorkflowExecution) {
	*out = *in
	out.TypeMeta = in.TypeMeta
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	in.Spec.DeepCopyInto(&out.Spec)
	in.Status.DeepCopyInto(&out.Status)
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *WorkflowExecution) DeepCopy() *WorkflowExecution {
	if in == nil {
		return nil
	}
	out := new(WorkflowExecution)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyObject implements runtime.Object.
func (in *WorkflowExecution) DeepCopyObject() runtime.Object {
	if c := in.DeepCopy(); c != nil {
		return c
	}
	return nil
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *WorkflowExecutionList) DeepCopyInto(out *WorkflowExecutionList) {
	*out = *in
	out.TypeMeta = in.TypeMeta
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	if in.Items != nil {
		in, out := &in.Items, &out.Items
		*out = make([]WorkflowExecution, len(*in))
		for i := range *in {
			(*in)[i].DeepCopyInto(&(*out)[i])
		}
	}
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *WorkflowExecutionList) DeepCopy() *WorkflowExecutionList {
	if in == nil {
		return nil
	}
	out := new(WorkflowExecutionList)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyObject implements runtime.Object.
func (in *WorkflowExecutionList) DeepCopyObject() runtime.Object {
	if c := in.DeepCopy(); c != nil {
		return c
	}
	return nil
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *WorkflowExecutionSpec) DeepCopyInto(out *WorkflowExecutionSpec) {
	*out = *in
	in.WorkflowRef.DeepCopyInto(&out.WorkflowRef)
	if in.Parameters != nil {
		in, out := &in.Parameters, &out.Parameters
		*out = make(map[string]string, len(*in))
		for key, val := range *in {
			(*out)[key] = val
		}
	}
	if in.Confidence != nil {
		in, out := &in.Confidence, &out.Confidence
		*out = new(float64)
		**out = **in
	}
	if in.ExecutionConfig != nil {
		in, out := &in.ExecutionConfig, &out.ExecutionConfig
		*out = new(ExecutionConfig)
		**out = **in
	}
	if in.TTLSecondsAfterFinished != nil {
		in, out := &in.TTLSecondsAfterFinished, &out.TTLSecondsAfterFinished
		*out = new(int32)
		**out = **in
	}
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *WorkflowExecutionSpec) DeepCopy() *WorkflowExecutionSpec {
	if in == nil {
		return nil
	}
	out := new(WorkflowExecutionSpec)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *RemediationRequestRef) DeepCopyInto(out *RemediationRequestRef) {
	*out = *in
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *RemediationRequestRef) DeepCopy() *RemediationRequestRef {
	if in == nil {
		return nil
	}
	out := new(RemediationRequestRef)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *WorkflowRef) DeepCopyInto(out *WorkflowRef) {
	*out = *in
	if in.SecretParameters != nil {
		in, out := &in.SecretParameters, &out.SecretParameters
		*out = make([]string, len(*in))
		copy(*out, *in)
	}
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *WorkflowRef) DeepCopy() *WorkflowRef {
	if in == nil {
		return nil
	}
	out := new(WorkflowRef)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *ExecutionConfig) DeepCopyInto(out *ExecutionConfig) {
	*out = *in
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *ExecutionConfig) DeepCopy() *ExecutionConfig {
	if in == nil {
		return nil
	}
	out := new(ExecutionConfig)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *WorkflowExecutionStatus) DeepCopyInto(out *WorkflowExecutionStatus) {
	*out = *in
	if in.PipelineRunRef != nil {
		in, out := &in.PipelineRunRef, &out.PipelineRunRef
		*out = new(PipelineRunRef)
		**out = **in
	}
	if in.StartTime != nil {
		in, out := &in.StartTime, &out.StartTime
		*out = (*in).DeepCopy()
	}
	if in.CompletionTime != nil {
		in, out := &in.CompletionTime, &out.CompletionTime
		*out = (*in).DeepCopy()
	}
	if in.Results != nil {
		in, out := &in.Results, &out.Results
		*out = make([]Result, len(*in))
		copy(*out, *in)
	}
	if in.Failure != nil {
		in, out := &in.Failure, &out.Failure
		*out = new(Failure)
		(*in).DeepCopyInto(*out)
	}
	if in.Skip != nil {
		in, out := &in.Skip, &out.Skip
		*out = new(Skip)
		(*in).DeepCopyInto(*out)
	}
	if in.Conditions != nil {
		in, out := &in.Conditions, &out.Conditions
		*out = make([]metav1.Condition, len(*in))
		for i := range *in {
			(*in)[i].DeepCopyInto(&(*out)[i])
		}
	}
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *WorkflowExecutionStatus) DeepCopy() *WorkflowExecutionStatus {
	if in == nil {
		return nil
	}
	out := new(WorkflowExecutionStatus)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *PipelineRunRef) DeepCopyInto(out *PipelineRunRef) {
	*out = *in
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *PipelineRunRef) DeepCopy() *PipelineRunRef {
	if in == nil {
		return nil
	}
	out := new(PipelineRunRef)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *Result) DeepCopyInto(out *Result) {
	*out = *in
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *Result) DeepCopy() *Result {
	if in == nil {
		return nil
	}
	out := new(Result)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *Failure) DeepCopyInto(out *Failure) {
	*out = *in
	if in.FailedTask != nil {
		in, out := &in.FailedTask, &out.FailedTask
		*out = new(FailedTask)
		(*in).DeepCopyInto(*out)
	}
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *Failure) DeepCopy() *Failure {
	if in == nil {
		return nil
	}
	out := new(Failure)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *FailedTask) DeepCopyInto(out *FailedTask) {
	*out = *in
	if in.ExitCode != nil {
		in, out := &in.ExitCode, &out.ExitCode
		*out = new(int32)
		**out = **in
	}
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *FailedTask) DeepCopy() *FailedTask {
	if in == nil {
		return nil
	}
	out := new(FailedTask)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *Skip) DeepCopyInto(out *Skip) {
	*out = *in
	in.SkippedAt.DeepCopyInto(&out.SkippedAt)
	if in.ConflictingExecution != nil {
		in, out := &in.ConflictingExecution, &out.ConflictingExecution
		*out = new(ConflictingExecution)
		**out = **in
	}
	if in.RemainingCooldownSeconds != nil {
		in, out := &in.RemainingCooldownSeconds, &out.RemainingCooldownSeconds
		*out = new(int32)
		**out = **in
	}
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *Skip) DeepCopy() *Skip {
	if in == nil {
		return nil
	}
	out := new(Skip)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *ConflictingExecution) DeepCopyInto(out *ConflictingExecution) {
	*out = *in
}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *ConflictingExecution) DeepCopy() *ConflictingExecution {
	if in == nil {
		return nil
	}
	out := new(ConflictingExecution)
	in.DeepCopyInto(out)
	return out
}
