package main

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/apimachinery/pkg/api/equality"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	workflows "github.com/kubernaut/workflowexecution/clients/go/client"
	"github.com/kubernaut/workflowexecution/clients/go/kubernaut"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// callTimeout ends a reconciliation during an outage of the service, so that it does not hold a worker.
const callTimeout = 30 * time.Second

// reconciler runs the workflow of each RemediationRequest once and writes the outcome back. It never waits for a workflow:
// the watch of executions wakes it up.
type reconciler struct {
	client.Client
	// live reads from the API server rather than from the cache.
	live     client.Reader
	workflow *workflows.Client
}

// Reconcile implements reconcile.Reconciler.
func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var remediation RemediationRequest
	if err := r.Get(ctx, request.NamespacedName, &remediation); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if remediation.Status.WorkflowExecution == "" {
		// The cache may not show yet that an execution was created, which may have been deleted since.
		if err := r.live.Get(ctx, request.NamespacedName, &remediation); err != nil {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
	}
	if phase := remediation.Status.Phase; phase == phaseCompleted || phase == phaseFailed {
		return ctrl.Result{}, nil
	}
	next, err := r.nextStatus(ctx, &remediation)
	if err != nil || equality.Semantic.DeepEqual(next, remediation.Status) {
		return ctrl.Result{}, err
	}
	before := remediation.deepCopy()
	remediation.Status = next
	return ctrl.Result{}, r.Status().Patch(ctx, &remediation, client.MergeFrom(before))
}

// nextStatus creates the execution, or reads it once its name is recorded. A crash in between repeats the create, which the
// request id makes safe.
func (r *reconciler) nextStatus(ctx context.Context, remediation *RemediationRequest) (RemediationRequestStatus, error) {
	name := remediation.Status.WorkflowExecution
	if name == "" {
		response, err := r.workflow.Service().CreateWorkflowExecution(ctx, createRequest(remediation))
		if errors.As(err, new(*workflows.InterruptedError)) {
			// It may exist. The next attempt finds out.
			return RemediationRequestStatus{}, err
		}
		switch status.Code(err) {
		case codes.OK:
			return statusFrom(response.GetWorkflowExecution()), nil
		case codes.InvalidArgument, codes.AlreadyExists, codes.FailedPrecondition:
			return RemediationRequestStatus{Phase: phaseFailed, Message: status.Convert(err).Message()}, nil
		default:
			return RemediationRequestStatus{}, err
		}
	}
	response, err := r.workflow.Service().GetWorkflowExecution(ctx, &workflowexecutionv1.GetWorkflowExecutionRequest{Name: name})
	if status.Code(err) == codes.NotFound {
		// Its outcome is unknown; another one could run the workflow twice.
		return RemediationRequestStatus{Phase: phaseFailed, WorkflowExecution: name, Message: "the execution was deleted"}, nil
	}
	if err != nil {
		return RemediationRequestStatus{}, err
	}
	return statusFrom(response.GetWorkflowExecution()), nil
}

func createRequest(remediation *RemediationRequest) *workflowexecutionv1.CreateWorkflowExecutionRequest {
	spec := remediation.Spec
	return &workflowexecutionv1.CreateWorkflowExecutionRequest{
		Parent: "namespaces/" + remediation.Namespace,
		// It outlives this program, and one that is created again under the same name is another request.
		RequestId: string(remediation.UID),
		WorkflowExecution: &workflowexecutionv1.WorkflowExecution{Spec: &workflowexecutionv1.WorkflowExecutionSpec{
			RemediationRequestRef: &workflowexecutionv1.RemediationRequestRef{
				ApiVersion: groupVersion.String(),
				Kind:       kind,
				Namespace:  remediation.Namespace,
				Name:       remediation.Name,
				Uid:        string(remediation.UID),
			},
			WorkflowRef: &workflowexecutionv1.WorkflowRef{
				WorkflowId: spec.WorkflowID, Version: spec.Version, ContainerImage: spec.ContainerImage,
			},
			TargetResource: spec.TargetResource,
			Parameters:     spec.Parameters,
		}},
	}
}

func statusFrom(execution *workflowexecutionv1.WorkflowExecution) RemediationRequestStatus {
	from := kubernaut.StatusOfMessage(execution)
	next := RemediationRequestStatus{
		Phase:             phaseExecuting,
		WorkflowExecution: execution.GetName(),
		Message:           execution.GetStatus().GetMessage(),
		FailureDetails:    from.FailureDetails,
		DeduplicatedBy:    from.DeduplicatedBy,
	}
	if from.Phase == phaseCompleted || from.Phase == phaseFailed {
		next.Phase = from.Phase
	}
	return next
}
