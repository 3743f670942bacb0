package client

import (
	"context"
	"errors"
	"fmt"
	"strings"

	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// ErrDeleted reports that an execution was deleted before it had ended.
var ErrDeleted = errors.New("deleted before its end")

// Run creates an execution and waits for its end. It returns the execution in its final phase: Completed, Failed with the
// reason, or Skipped with the reason. A failed workflow is a result, not an error.
//
// The request needs a request_id that survives restarts of the caller, such as the UID of the RemediationRequest: repeated
// calls with the same id and request, from any process, run the workflow once and return the same execution, as long as
// that exists.
//
// Errors are:
//   - [InterruptedError]: the outcome is not known. The execution continues, or may exist if it has none. errors.Is matches
//     context.DeadlineExceeded or context.Canceled if the context has ended; otherwise the cause is a gRPC status, for example
//     because the caller has lost the right to watch. A workflow that exceeds its own timeout is Failed with
//     DEADLINE_EXCEEDED instead.
//   - [ErrDeleted]
//   - a gRPC status: the request was refused, and nothing was created; [Reason] has the machine-readable reason.
//   - an error without a status for a request without request_id or with validate_only, which is not sent.
//
// InterruptedError has a status too, so check it first.
//
// Each call holds a stream, of which the service admits WFE_MAX_STREAMS_PER_CALLER; calls beyond it notice the end of
// their execution with a delay of some seconds.
func (c *Client) Run(
	ctx context.Context, request *workflowexecutionv1.CreateWorkflowExecutionRequest,
) (*workflowexecutionv1.WorkflowExecution, error) {
	switch {
	case request.GetRequestId() == "":
		return nil, errors.New("request_id: must be set to an id that survives restarts, such as the UID of the RemediationRequest")
	case request.GetValidateOnly():
		return nil, errors.New("validate_only: must not be set, as nothing would run")
	}
	created, err := c.service.CreateWorkflowExecution(ctx, request)
	if err != nil {
		return nil, err
	}
	return c.wait(ctx, created.GetWorkflowExecution())
}

// wait returns an execution when its phase is final.
func (c *Client) wait(
	ctx context.Context, execution *workflowexecutionv1.WorkflowExecution,
) (*workflowexecutionv1.WorkflowExecution, error) {
	if isFinal(execution) {
		return execution, nil
	}
	name := execution.GetName()
	parent, id, _ := strings.Cut(name, "/workflowExecutions/")
	request := &workflowexecutionv1.WatchWorkflowExecutionsRequest{
		Parent: parent, WorkflowExecutionId: id, ResourceVersion: execution.GetResourceVersion(),
	}
	for event, err := range c.watch(ctx, request, executions{name: execution}) {
		if err != nil {
			return nil, interruptedBy(err, execution)
		}
		if event.GetWorkflowExecution() != nil {
			execution = event.GetWorkflowExecution()
		}
		if isFinal(execution) {
			return execution, nil
		}
		if event.GetType() == workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_DELETED {
			break
		}
	}
	return nil, fmt.Errorf("%s: %w", name, ErrDeleted)
}

func isFinal(execution *workflowexecutionv1.WorkflowExecution) bool {
	switch execution.GetStatus().GetPhase() {
	case workflowexecutionv1.Phase_PHASE_COMPLETED,
		workflowexecutionv1.Phase_PHASE_FAILED,
		workflowexecutionv1.Phase_PHASE_SKIPPED:
		return true
	default:
		return false
	}
}
