// Uses the service through the client of protoc-gen-go and protoc-gen-go-grpc.
package main

import (
	"context"
	"os"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	workflowexecutionv1 "workflow-execution/clients/generated/grpc/kubernaut/workflowexecution/v1"
	"workflow-execution/clients/result"
)

var (
	ctx    = metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+os.Getenv("WFE_TOKEN"))
	parent = "namespaces/" + os.Getenv("WFE_CLIENT_NAMESPACE")
)

func main() {
	tls, err := credentials.NewClientTLSFromFile(os.Getenv("WFE_CA_FILE"), "")
	result.Check(err)
	connection, err := grpc.NewClient(os.Getenv("WFE_GRPC_ADDRESS"), grpc.WithTransportCredentials(tls))
	result.Check(err)
	defer connection.Close()
	client := workflowexecutionv1.NewWorkflowExecutionServiceClient(connection)

	validated := create(client, "validated", &workflowexecutionv1.CreateWorkflowExecutionRequest{ValidateOnly: true})
	for _, name := range []string{"one", "two", "three"} {
		create(client, name, &workflowexecutionv1.CreateWorkflowExecutionRequest{RequestId: "create-" + name})
	}
	name := parent + "/workflowExecutions/one"
	read, err := client.GetWorkflowExecution(ctx, &workflowexecutionv1.GetWorkflowExecutionRequest{Name: name})
	result.Check(err)
	pages := list(client)
	cancelled, err := client.CancelWorkflowExecution(ctx, &workflowexecutionv1.CancelWorkflowExecutionRequest{Name: name})
	result.Check(err)
	deleted, err := client.DeleteWorkflowExecution(ctx, &workflowexecutionv1.DeleteWorkflowExecutionRequest{Name: name})
	result.Check(err)
	missing := &workflowexecutionv1.GetWorkflowExecutionRequest{Name: parent + "/workflowExecutions/missing"}
	_, missed := client.GetWorkflowExecution(ctx, missing)

	result.Print(result.Result{
		Validated: idOf(validated),
		IsStored:  validated.ResourceVersion != "",
		Read: result.Read{
			Labels:     read.WorkflowExecution.Labels,
			Parameters: read.WorkflowExecution.Spec.Parameters,
			Confidence: read.WorkflowExecution.Spec.GetConfidence(),
		},
		Pages:       result.Sizes(pages),
		Listed:      result.Names(pages),
		IsCancelled: cancelled.WorkflowExecution.Spec.CancelRequested,
		IsDeleted:   deleted.WorkflowExecution.DeleteTime != nil,
		Error:       reasonOf(missed),
	})
}

func create(
	client workflowexecutionv1.WorkflowExecutionServiceClient,
	name string,
	request *workflowexecutionv1.CreateWorkflowExecutionRequest,
) *workflowexecutionv1.WorkflowExecution {
	confidence := 0.92
	request.Parent = parent
	request.WorkflowExecutionId = name
	request.WorkflowExecution = &workflowexecutionv1.WorkflowExecution{
		Labels: map[string]string{"team": "payment"},
		Spec: &workflowexecutionv1.WorkflowExecutionSpec{
			RemediationRequestRef: &workflowexecutionv1.RemediationRequestRef{Name: "rr-1"},
			WorkflowRef: &workflowexecutionv1.WorkflowRef{
				WorkflowId: "restart", Version: "1.0.0", ContainerImage: "quay.io/kubernaut/restart:v1",
			},
			TargetResource: os.Getenv("WFE_CLIENT_NAMESPACE") + "/deployment/" + name,
			Parameters:     map[string]string{"MEMORY_LIMIT": "512Mi"},
			Confidence:     &confidence,
		},
	}
	created, err := client.CreateWorkflowExecution(ctx, request)
	result.Check(err)
	return created.WorkflowExecution
}

// list returns the names on each page.
func list(client workflowexecutionv1.WorkflowExecutionServiceClient) [][]string {
	var pages [][]string
	for request := (&workflowexecutionv1.ListWorkflowExecutionsRequest{Parent: parent, PageSize: 2}); ; {
		page, err := client.ListWorkflowExecutions(ctx, request)
		result.Check(err)
		var names []string
		for _, execution := range page.WorkflowExecutions {
			names = append(names, idOf(execution))
		}
		pages = append(pages, names)
		if request.PageToken = page.NextPageToken; request.PageToken == "" {
			return pages
		}
	}
}

// idOf returns the last segment of an execution's resource name.
func idOf(execution *workflowexecutionv1.WorkflowExecution) string {
	return execution.Name[len(parent+"/workflowExecutions/"):]
}

// reasonOf returns what the details of an error name as its kind.
func reasonOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.Reason
		}
	}
	return ""
}
