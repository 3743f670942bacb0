// Package v1alpha1 has the Go types of the WorkflowExecution resource, for controller-runtime clients, informers and
// dynamic clients. AddToScheme registers them; the Field constants are what field selectors accept.
package v1alpha1
