package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubernaut/workflowexecution/clients/go/kubernaut"
)

var groupVersion = schema.GroupVersion{Group: "example.kubernaut.ai", Version: "v1alpha1"}

const kind = "RemediationRequest"

// RemediationRequest asks for one run of a workflow against a target resource; see crd.yaml.
type RemediationRequest struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   RemediationRequestSpec   `json:"spec"`
	Status RemediationRequestStatus `json:"status,omitempty"`
}

// RemediationRequestSpec is immutable.
type RemediationRequestSpec struct {
	TargetResource string            `json:"targetResource"`
	WorkflowID     string            `json:"workflowId"`
	Version        string            `json:"version"`
	ContainerImage string            `json:"containerImage"`
	Parameters     map[string]string `json:"parameters,omitempty"`
}

// Phases of a RemediationRequest; the last two are final.
const (
	phaseExecuting = "Executing"
	phaseCompleted = "Completed"
	phaseFailed    = "Failed"
)

// RemediationRequestStatus is written by this program only.
type RemediationRequestStatus struct {
	Phase string `json:"phase,omitempty"`
	// WorkflowExecution is the resource name of the execution. Once it is set, no other one is created.
	WorkflowExecution string                    `json:"workflowExecution,omitempty"`
	Message           string                    `json:"message,omitempty"`
	FailureDetails    *kubernaut.FailureDetails `json:"failureDetails,omitempty"`
	DeduplicatedBy    string                    `json:"deduplicatedBy,omitempty"`
}

// RemediationRequestList is a list of RemediationRequests.
type RemediationRequestList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []RemediationRequest `json:"items"`
}

// DeepCopyObject implements runtime.Object.
func (r *RemediationRequest) DeepCopyObject() runtime.Object {
	return r.deepCopy()
}

func (r *RemediationRequest) deepCopy() *RemediationRequest {
	out := *r
	r.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	if r.Spec.Parameters != nil {
		out.Spec.Parameters = make(map[string]string, len(r.Spec.Parameters))
		for key, value := range r.Spec.Parameters {
			out.Spec.Parameters[key] = value
		}
	}
	if r.Status.FailureDetails != nil {
		// The status is replaced as a whole, never changed in depth.
		details := *r.Status.FailureDetails
		out.Status.FailureDetails = &details
	}
	return &out
}

// DeepCopyObject implements runtime.Object.
func (l *RemediationRequestList) DeepCopyObject() runtime.Object {
	out := *l
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = make([]RemediationRequest, len(l.Items))
	for i := range l.Items {
		out.Items[i] = *l.Items[i].deepCopy()
	}
	return &out
}

func addToScheme(scheme *runtime.Scheme) {
	scheme.AddKnownTypes(groupVersion, &RemediationRequest{}, &RemediationRequestList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
}
