// Uses the service through the client of oapi-codegen.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	rest "workflow-execution/clients/generated/rest"
	"workflow-execution/clients/result"
)

var (
	ctx       = context.Background()
	namespace = os.Getenv("WFE_CLIENT_NAMESPACE")
)

func main() {
	authenticate := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("WFE_TOKEN"))
		return nil
	}
	client, err := rest.NewClientWithResponses(os.Getenv("WFE_URL"), rest.WithRequestEditorFn(authenticate))
	result.Check(err)

	yes := true
	validated := create(client, "validated", rest.CreateWorkflowExecutionParams{ValidateOnly: &yes})
	for _, name := range []string{"one", "two", "three"} {
		id := "create-" + name
		create(client, name, rest.CreateWorkflowExecutionParams{RequestId: &id})
	}
	read, err := client.GetWorkflowExecutionWithResponse(ctx, namespace, "one")
	result.Check(err)
	pages := list(client)
	cancelled, err := client.CancelWorkflowExecutionWithBodyWithResponse(ctx, namespace, "one", nil, "", nil)
	result.Check(err)
	deleted, err := client.DeleteWorkflowExecutionWithResponse(ctx, namespace, "one", nil)
	result.Check(err)
	missing, err := client.GetWorkflowExecutionWithResponse(ctx, namespace, "missing")
	result.Check(err)

	result.Print(result.Result{
		Validated: validated.Metadata.Name,
		IsStored:  validated.Metadata.ResourceVersion != nil,
		Read: result.Read{
			Labels:     *read.JSON200.Metadata.Labels,
			Parameters: *read.JSON200.Spec.Parameters,
			Confidence: *read.JSON200.Spec.Confidence,
		},
		Pages:       result.Sizes(pages),
		Listed:      result.Names(pages),
		IsCancelled: *cancelled.JSON200.Spec.CancelRequested,
		IsDeleted:   deleted.JSON200.Metadata.DeletionTimestamp != nil,
		Error:       missing.ApplicationproblemJSON404.Type,
	})
}

func create(client *rest.ClientWithResponses, name string, params rest.CreateWorkflowExecutionParams) *rest.CreatedWorkflowExecution {
	confidence := 0.92
	body := rest.CreateWorkflowExecution{
		Metadata: &rest.NewMetadata{Name: &name, Labels: &map[string]string{"team": "payment"}},
		Spec: rest.WorkflowExecutionSpec{
			RemediationRequestRef: rest.RemediationRequestRef{Name: "rr-1"},
			WorkflowRef: rest.WorkflowRef{
				WorkflowId: "restart", Version: "1.0.0", ContainerImage: "quay.io/kubernaut/restart:v1",
			},
			TargetResource: namespace + "/deployment/" + name,
			Parameters:     &map[string]string{"MEMORY_LIMIT": "512Mi"},
			Confidence:     &confidence,
		},
	}
	created, err := client.CreateWorkflowExecutionWithResponse(ctx, namespace, &params, body)
	result.Check(err)
	if created.JSON201 == nil {
		log.Fatal(string(created.Body))
	}
	return created.JSON201
}

// list returns the names on each page.
func list(client *rest.ClientWithResponses) [][]string {
	limit := 2
	var pages [][]string
	for params := (rest.ListWorkflowExecutionsParams{Limit: &limit}); ; {
		page, err := client.ListWorkflowExecutionsWithResponse(ctx, namespace, &params)
		result.Check(err)
		var names []string
		for _, item := range page.JSON200.Items {
			names = append(names, item.Metadata.Name)
		}
		pages = append(pages, names)
		if params.Continue = page.JSON200.Metadata.Continue; params.Continue == nil {
			return pages
		}
	}
}
