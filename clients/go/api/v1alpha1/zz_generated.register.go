// Code generated from crds/ by `npm run generate`. DO NOT EDIT.

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Names of the resource.
const (
	GroupName = "workflowexecution.kubernaut.ai"
	Version   = "v1alpha1"
	Kind      = "WorkflowExecution"
	Plural    = "workflowexecutions"
)

// Fields by which the API server selects in lists and watches (--field-selector).
const (
	FieldSpecRemediationRequestRefName = "spec.remediationRequestRef.name"
	FieldSpecTargetResource            = "spec.targetResource"
	FieldSpecWorkflowRefWorkflowID     = "spec.workflowRef.workflowId"
	FieldStatusPhase                   = "status.phase"
	FieldStatusSettled                 = "status.settled"
	FieldStatusTarget                  = "status.target"
)

// GroupVersion is the API group and version of the resource.
var GroupVersion = schema.GroupVersion{Group: GroupName, Version: Version}

var schemeBuilder = runtime.NewSchemeBuilder(func(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &WorkflowExecution{}, &WorkflowExecutionList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
})

// AddToScheme registers the types of this package in a scheme.
var AddToScheme = schemeBuilder.AddToScheme
