package main

import (
	"context"
	"fmt"
	"io"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

// until watches an execution until a condition holds, through broken connections, and returns it. It fails if the
// execution is deleted or replaced.
func (c *cluster) until(
	ctx context.Context,
	execution *v1alpha1.WorkflowExecution,
	holds func(*v1alpha1.WorkflowExecution) bool,
) (*v1alpha1.WorkflowExecution, error) {
	selected := fields.OneTermEqualSelector(metav1.ObjectNameField, execution.Name).String()
	listWatch := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.FieldSelector = selected
			return c.executions.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.FieldSelector = selected
			return c.executions.Watch(ctx, options)
		},
	}
	gone := apierrors.NewNotFound(v1alpha1.GroupVersion.WithResource(v1alpha1.Plural).GroupResource(), execution.Name)
	isGone := func(store cache.Store) (bool, error) {
		if len(store.List()) == 0 {
			return true, gone
		}
		return false, nil
	}
	event, err := watchtools.UntilWithSync(ctx, listWatch, &v1alpha1.WorkflowExecution{}, isGone, func(event watch.Event) (bool, error) {
		observed, ok := event.Object.(*v1alpha1.WorkflowExecution)
		if !ok || event.Type == watch.Deleted || observed.UID != execution.UID {
			return true, gone
		}
		return holds(observed), nil
	})
	if err != nil {
		return nil, err
	}
	found := event.Object.(*v1alpha1.WorkflowExecution).DeepCopy()
	found.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(v1alpha1.Kind))
	return found, nil
}

func hasEnded(execution *v1alpha1.WorkflowExecution) bool {
	return execution.Status.Phase.IsFinal()
}

// hasRun returns whether an execution has a PipelineRun, or will not have one.
func hasRun(execution *v1alpha1.WorkflowExecution) bool {
	return execution.Status.PipelineRunRef != nil || hasEnded(execution)
}

// printingWaits returns a condition that also prints why a pending execution waits, whenever the reason changes.
func printingWaits(out io.Writer, holds func(*v1alpha1.WorkflowExecution) bool) func(*v1alpha1.WorkflowExecution) bool {
	printed := ""
	return func(execution *v1alpha1.WorkflowExecution) bool {
		status := &execution.Status
		if status.Phase == v1alpha1.PhasePending && status.Message != printed {
			printed = status.Message
			_, _ = fmt.Fprintf(out, "%s is %s: %s\n", title(execution.Name), status.Phase, terminal.Escape(printed))
		}
		return holds(execution)
	}
}

// waiting returns a context that ends after a timeout, and what its end means; 0 waits as long as it takes.
func waiting(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, timeout, errTimeout)
}

// outcomeOf is nil for an execution that has succeeded.
func outcomeOf(execution *v1alpha1.WorkflowExecution) error {
	if execution.Status.Phase == v1alpha1.PhaseCompleted {
		return nil
	}
	return &outcomeError{execution.Status.Phase}
}

// ending describes the end of an execution in a line.
func ending(execution *v1alpha1.WorkflowExecution) string {
	status := &execution.Status
	text := fmt.Sprintf("%s is %s", title(execution.Name), status.Phase)
	switch {
	case status.Failure != nil:
		text += fmt.Sprintf(" (%s)", status.Failure.Reason)
	case status.Skip != nil:
		text += fmt.Sprintf(" (%s)", status.Skip.Reason)
	case status.Duration != "":
		text += " after " + status.Duration
	}
	return text
}

// causeOf replaces the error of a context that has ended by why it has.
func causeOf(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
