// Package workflowexecution is the root of the Go module for users of the WorkflowExecution service.
//
//   - api/v1alpha1: Go types of the WorkflowExecution resource
//   - client: a client of the gRPC API that survives restarts, with the generated stubs in proto
//   - kubernaut: an execution as today's RemediationOrchestrator reads one
//   - cmd/kubectl-wfe: the kubectl plugin
package workflowexecution
