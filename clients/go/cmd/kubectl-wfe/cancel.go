package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/util/retry"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

type cancelOptions struct {
	immediate bool
	print     *genericclioptions.PrintFlags
}

func newCancel(f *factory) *cobra.Command {
	options := &cancelOptions{print: genericclioptions.NewPrintFlags("").WithTypeSetter(scheme)}
	cmd := &cobra.Command{
		Use:   "cancel NAME",
		Short: "Request the cancellation of an execution",
		Long: `Request the cancellation of an execution. Its finally tasks still run, unless --immediate is given, which is also
possible later. It fails if the execution has ended, except by a cancellation.`,
		Example: `  # Cancel an execution and wait for its end
  kubectl wfe cancel payment-api-oom && kubectl wait wfe/payment-api-oom --for=condition=Finished`,
		Args:              usageArgs(oneName),
		ValidArgsFunction: completeOneName(f),
		RunE: func(cmd *cobra.Command, args []string) error {
			return options.run(cmd.Context(), f, args[0])
		},
	}
	cmd.Flags().BoolVar(&options.immediate, "immediate", false, "Also stop the finally tasks")
	options.print.AddFlags(cmd)
	return cmd
}

func (o *cancelOptions) run(ctx context.Context, f *factory, name string) error {
	cluster, err := f.connect()
	if err != nil {
		return err
	}
	var execution *v1alpha1.WorkflowExecution
	var done string
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		execution, err = cluster.get(ctx, name)
		if err != nil {
			return err
		}
		var patch map[string]any
		if patch, done, err = o.decide(execution); err != nil || patch == nil {
			return err
		}
		execution, err = cluster.patch(ctx, execution, patch)
		return err
	})
	if err != nil {
		return err
	}
	if err := o.print.Complete(done + "%s"); err != nil {
		return &usageError{err}
	}
	o.print.NamePrintFlags.Operation = done
	printer, err := o.print.ToPrinter()
	if err != nil {
		return &usageError{err}
	}
	return printer.PrintObj(execution, f.Out)
}

// decide returns the patch that requests a cancellation, nil if there is nothing to do, and the word for the result. It
// has the rules of the API of the service.
func (o *cancelOptions) decide(execution *v1alpha1.WorkflowExecution) (map[string]any, string, error) {
	spec, status := &execution.Spec, &execution.Status
	if status.Phase.IsFinal() {
		if status.Failure != nil && status.Failure.Reason == v1alpha1.FailureReasonCancelled {
			return nil, "already canceled", nil
		}
		return nil, "", fmt.Errorf("%s has ended: it is %s", title(execution.Name), status.Phase)
	}
	isEscalation := o.immediate && spec.CancelMode != v1alpha1.CancelModeImmediate
	if spec.CancelRequested && !isEscalation {
		return nil, "cancellation already requested", nil
	}
	change := map[string]any{"cancelRequested": true}
	if o.immediate {
		change["cancelMode"] = v1alpha1.CancelModeImmediate
	}
	return change, "cancellation requested", nil
}

// patch changes the spec of an execution. It conflicts if the execution has changed since it was read.
func (c *cluster) patch(ctx context.Context, execution *v1alpha1.WorkflowExecution, spec map[string]any) (*v1alpha1.WorkflowExecution, error) {
	data, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": execution.UID, "resourceVersion": execution.ResourceVersion},
		"spec":     spec,
	})
	if err != nil {
		return nil, err
	}
	patched, err := c.executions.Patch(ctx, execution.Name, types.MergePatchType, data, metav1.PatchOptions{FieldManager: "kubectl-wfe"})
	if err != nil {
		return nil, err
	}
	patched.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(v1alpha1.Kind))
	return patched, nil
}
