package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

func ExampleNew() {
	// As in a pod with a projected token for the audience workflow-execution.
	c, err := client.New(client.Options{
		Target:    "dns:///workflow-execution.kubernaut-system.svc:50051",
		TokenFile: "/var/run/secrets/workflow-execution/token",
	})
	if err != nil {
		panic(err)
	}
	defer c.Close()
}

func ExampleClient_Run() {
	c := exampleClient(completed)
	defer c.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	execution, err := c.Run(ctx, &workflowexecutionv1.CreateWorkflowExecutionRequest{
		Parent: "namespaces/payment",
		// The UID of the RemediationRequest: after a restart the same call continues.
		RequestId: "5d1a3f0e-7c56-4a57-9f0a-0d9a3b9c2f11",
		WorkflowExecution: &workflowexecutionv1.WorkflowExecution{Spec: &workflowexecutionv1.WorkflowExecutionSpec{
			RemediationRequestRef: &workflowexecutionv1.RemediationRequestRef{Name: "rr-pod-crash-f8a3b9c2"},
			WorkflowRef: &workflowexecutionv1.WorkflowRef{
				WorkflowId: "restart", Version: "1.0.0", ContainerImage: "quay.io/kubernaut/restart:v1",
			},
			TargetResource: "payment/deployment/payment-api",
		}},
	})
	var interruption *client.InterruptedError
	switch {
	case errors.As(err, &interruption):
		// The same call continues, unless the caller has lost its rights.
		fmt.Println("not known yet:", interruption)
	case errors.Is(err, client.ErrDeleted):
		fmt.Println("deleted before its end")
	case err != nil:
		fmt.Println("refused, nothing runs:", err)
	case execution.GetStatus().GetPhase() == workflowexecutionv1.Phase_PHASE_COMPLETED:
		fmt.Println("remediated")
	case execution.GetStatus().GetPhase() == workflowexecutionv1.Phase_PHASE_FAILED:
		fmt.Println("failed:", execution.GetStatus().GetFailure().GetReason())
	case execution.GetStatus().GetPhase() == workflowexecutionv1.Phase_PHASE_SKIPPED:
		fmt.Println("skipped:", execution.GetStatus().GetSkip().GetReason())
	}
	// Output: remediated
}

func ExampleClient_Watch() {
	c := exampleClient(running)
	defer c.Close()

	request := &workflowexecutionv1.WatchWorkflowExecutionsRequest{Parent: "namespaces/-"}
	for event, err := range c.Watch(context.Background(), request) {
		if err != nil {
			fmt.Println(err)
			break
		}
		if event.GetType() == workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_SYNCED {
			break
		}
		fmt.Println(event.GetWorkflowExecution().GetName(), event.GetWorkflowExecution().GetStatus().GetPhase())
	}
	// Output: namespaces/payment/workflowExecutions/wfe-example PHASE_RUNNING
}

func ExampleClient_Logs() {
	c := exampleClient(completed)
	defer c.Close()

	request := &workflowexecutionv1.StreamWorkflowExecutionLogsRequest{
		Name: "namespaces/payment/workflowExecutions/wfe-example", Follow: true,
	}
	for line, err := range c.Logs(context.Background(), request) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("[%s : %s] %s\n", line.GetTask(), line.GetStep(), line.GetText())
	}
	// Output: [restart : rollout] deployment.apps/payment-api restarted
}

func ExampleClient_Cancel() {
	c := exampleClient(running)
	defer c.Close()

	name := "namespaces/payment/workflowExecutions/wfe-example"
	execution, err := c.Cancel(context.Background(), name, workflowexecutionv1.CancelMode_CANCEL_MODE_GRACEFUL)
	switch {
	case status.Code(err) == codes.FailedPrecondition:
		fmt.Println("it has ended")
	case err != nil:
		fmt.Println(err)
	default:
		// It ends soon, after its finally tasks.
		fmt.Println("requested:", execution.GetSpec().GetCancelRequested())
	}
	// Output: requested: true
}

// exampleClient returns a client of a fake service that ends each execution with a status.
func exampleClient(end *workflowexecutionv1.WorkflowExecutionStatus) *client.Client {
	service := newFakeService()
	service.log = []*workflowexecutionv1.StreamWorkflowExecutionLogsResponse{
		line(1, "rollout", "deployment.apps/payment-api restarted"),
	}
	service.ends = end
	t := exampleTB{}
	service.add(t, "example")
	return newClient(t, service, client.Options{})
}

// exampleTB stands for the test that an example is not.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                  {}
func (exampleTB) Cleanup(func())           {}
func (exampleTB) Context() context.Context { return context.Background() }
func (exampleTB) Fatal(args ...any)        { panic(fmt.Sprint(args...)) }
