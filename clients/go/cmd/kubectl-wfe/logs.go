package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/runlog"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

type logsOptions struct {
	follow     bool
	timestamps bool
}

func newLogs(f *factory) *cobra.Command {
	options := &logsOptions{}
	cmd := &cobra.Command{
		Use:   "logs NAME",
		Short: "Print the log of an execution",
		Long: `Print the log of an execution: [TASK : STEP] and a line. Tasks are printed in the order in which they started; with -f,
tasks that run at the same time are interleaved.`,
		Example: `  # Follow an execution until its end
  kubectl wfe logs -f payment-api-oom`,
		Args:              usageArgs(oneName),
		ValidArgsFunction: completeOneName(f),
		RunE: func(cmd *cobra.Command, args []string) error {
			return options.run(cmd.Context(), f, args[0])
		},
	}
	cmd.Flags().BoolVarP(&options.follow, "follow", "f", false, "Continue with new lines until the execution has ended")
	cmd.Flags().BoolVar(&options.timestamps, "timestamps", false, "Print when each line was written")
	return cmd
}

func (o *logsOptions) run(ctx context.Context, f *factory, name string) error {
	cluster, err := f.connect()
	if err != nil {
		return err
	}
	execution, err := cluster.get(ctx, name)
	if err != nil {
		return err
	}
	print := logPrinter(f.Out, o.timestamps)
	if o.follow {
		_, err = cluster.follow(ctx, execution, print)
		return err
	}
	return cluster.read(ctx, execution, print)
}

// noLogError says why an execution has no log.
type noLogError struct{ text string }

func (e *noLogError) Error() string { return e.text }

func isNoLog(err error) bool {
	return errors.As(err, new(*noLogError))
}

// read prints what was written so far.
func (c *cluster) read(ctx context.Context, execution *v1alpha1.WorkflowExecution, emit runlog.Emit) error {
	source := c.logsOf(execution)
	if source == nil {
		return noLog(execution)
	}
	return explainNoLog(execution, source.Read(ctx, emit))
}

// follow prints the log until the execution has ended, and returns the ended execution.
func (c *cluster) follow(ctx context.Context, execution *v1alpha1.WorkflowExecution, emit runlog.Emit) (*v1alpha1.WorkflowExecution, error) {
	started, err := c.until(ctx, execution, hasRun)
	if err != nil {
		return nil, err
	}
	if hasEnded(started) {
		return started, c.read(ctx, started, emit)
	}
	ended, finished := started, make(chan struct{})
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		found, err := c.until(ctx, execution, hasEnded)
		if err != nil {
			cancel(err)
			return
		}
		ended = found
		close(finished)
	}()
	switch err := c.logsOf(started).Follow(ctx, finished, emit); {
	case err == nil, errors.Is(err, runlog.ErrNoPods), errors.Is(err, runlog.ErrPodsGone):
		return ended, explainNoLog(ended, err)
	default:
		return nil, causeOf(ctx, err)
	}
}

// explainNoLog replaces the errors of a log without pods.
func explainNoLog(execution *v1alpha1.WorkflowExecution, err error) error {
	switch {
	case errors.Is(err, runlog.ErrPodsGone):
		return &noLogError{fmt.Sprintf("the pods of %s are gone, and their logs with them", title(execution.Name))}
	case errors.Is(err, runlog.ErrNoPods):
		return noLog(execution)
	default:
		return err
	}
}

func noLog(execution *v1alpha1.WorkflowExecution) error {
	status := &execution.Status
	switch {
	case !status.Phase.IsFinal():
		return &noLogError{fmt.Sprintf("%s has no log yet: no step has started", title(execution.Name))}
	case status.Phase == v1alpha1.PhaseSkipped, status.Failure != nil && !status.Failure.WasExecutionFailure:
		return &noLogError{fmt.Sprintf("%s has no log: it is %s, and no step was started", title(execution.Name), status.Phase)}
	default:
		return &noLogError{fmt.Sprintf("the pods of %s are gone, and their logs with them", title(execution.Name))}
	}
}

// logPrinter prints lines as `[task : step] text`, as tkn does; … marks a line that continues in the next one.
func logPrinter(out io.Writer, withTimes bool) runlog.Emit {
	return func(line runlog.Line) error {
		_, err := fmt.Fprintln(out, logLine(line, withTimes))
		return err
	}
}

func logLine(line runlog.Line, withTimes bool) string {
	source, stamp, more := terminal.Escape(line.Task), "", ""
	if line.Step != "" {
		source += " : " + terminal.Escape(line.Step)
	}
	if withTimes {
		stamp = line.Time.UTC().Format("2006-01-02T15:04:05.000000000Z") + " "
	}
	if line.Partial {
		more = "…"
	}
	return fmt.Sprintf("[%s] %s%s%s", source, stamp, terminal.Escape(line.Text), more)
}
