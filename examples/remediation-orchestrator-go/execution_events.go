package main

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	workflows "github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// executionEvents wakes up the reconciler for the RemediationRequest of each execution that changes. One watch serves all.
type executionEvents struct {
	workflow *workflows.Client
	// parent is namespaces/{namespace}, or namespaces/- for all.
	parent string
	events chan event.GenericEvent
}

// Start implements manager.Runnable. It begins with the current state of each execution, so that a restart misses nothing.
func (e *executionEvents) Start(ctx context.Context) error {
	request := &workflowexecutionv1.WatchWorkflowExecutionsRequest{Parent: e.parent}
	for change, err := range e.workflow.Watch(ctx, request) {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		ref := change.GetWorkflowExecution().GetSpec().GetRemediationRequestRef()
		if ref.GetApiVersion() != groupVersion.String() || ref.GetKind() != kind {
			continue
		}
		remediation := &RemediationRequest{ObjectMeta: v1.ObjectMeta{Namespace: ref.GetNamespace(), Name: ref.GetName()}}
		select {
		case e.events <- event.GenericEvent{Object: remediation}:
		case <-ctx.Done():
		}
	}
	return nil
}
