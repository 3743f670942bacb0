package main

import (
	"errors"
	"net/url"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestMessageIsWordedAsByKubectl(t *testing.T) {
	resource := schema.GroupResource{Group: "workflowexecution.kubernaut.ai", Resource: "workflowexecutions"}
	kind := schema.GroupKind{Group: resource.Group, Kind: "WorkflowExecution"}
	required := field.Required(field.NewPath("spec", "targetResource"), "")
	tooLong := field.TooLong(field.NewPath("spec", "rationale"), "", 3)
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"not found", apierrors.NewNotFound(resource, "we-1"), `Error from server (NotFound): workflowexecutions.workflowexecution.kubernaut.ai "we-1" not found`},
		{"forbidden", apierrors.NewForbidden(resource, "we-1", errors.New("no")), `Error from server (Forbidden): workflowexecutions.workflowexecution.kubernaut.ai "we-1" is forbidden: no`},
		{"unauthorized", apierrors.NewUnauthorized("Unauthorized"), "error: You must be logged in to the server (Unauthorized)"},
		{"one invalid field", apierrors.NewInvalid(kind, "we-1", field.ErrorList{required}), `The WorkflowExecution "we-1" is invalid: spec.targetResource: Required value`},
		{"two invalid fields, sorted", apierrors.NewInvalid(kind, "we-1", field.ErrorList{required, tooLong}), "The WorkflowExecution \"we-1\" is invalid:\n* spec.rationale: Too long: may not be more than 3 bytes\n* spec.targetResource: Required value"},
		{"unknown kind", &meta.NoResourceMatchError{PartialResource: schema.GroupVersionResource{Resource: "frobs"}}, `error: the server doesn't have a resource type "frobs"`},
		{"refused", &url.Error{Op: "Get", URL: "https://10.0.0.1:6443/api", Err: errors.New("dial: connection refused")}, "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?"},
		{"unreachable", &url.Error{Op: "Get", URL: "https://10.0.0.1:6443/api", Err: errors.New("no such host")}, "Unable to connect to the server: no such host"},
		{"other", errors.New("a\x1bb"), `error: a\u001bb`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := message(test.err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
