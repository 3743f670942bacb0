package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

// Exit codes, as the help of the command documents them.
const (
	exitError       = 1
	exitUsage       = 2
	exitFailed      = 3
	exitSkipped     = 4
	exitTimeout     = 5
	exitInterrupted = 130
)

// usageError is a wrong use of flags or arguments.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usagef(format string, arguments ...any) error {
	return &usageError{fmt.Errorf(format, arguments...)}
}

// outcomeError is the end of an execution that was waited for and has not succeeded.
type outcomeError struct{ phase v1alpha1.Phase }

func (e *outcomeError) Error() string { return "the execution is " + string(e.phase) }

// errTimeout is returned when an execution has not ended in time.
var errTimeout = errors.New("timed out waiting for the end of the execution")

// execute runs the command and returns its exit code. Errors are printed as kubectl prints them.
func execute(ctx context.Context, root *cobra.Command, errOut io.Writer) int {
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	var outcome *outcomeError
	if errors.As(err, &outcome) {
		// The command has printed the end of the execution.
		if outcome.phase == v1alpha1.PhaseSkipped {
			return exitSkipped
		}
		return exitFailed
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	_, _ = fmt.Fprintln(errOut, message(err))
	switch {
	case errors.As(err, new(*usageError)) || strings.HasPrefix(err.Error(), "unknown command "):
		_, _ = fmt.Fprintf(errOut, "See '%s --help' for usage.\n", cmd.CommandPath())
		return exitUsage
	case errors.Is(err, errTimeout):
		return exitTimeout
	default:
		return exitError
	}
}

// message words an error as kubectl does (k8s.io/kubectl/pkg/cmd/util).
func message(err error) string {
	var status apierrors.APIStatus
	var noMatch *meta.NoResourceMatchError
	var connection *url.Error
	switch {
	case errors.As(err, &status):
		return statusMessage(status.Status())
	case errors.As(err, &noMatch):
		return fmt.Sprintf("error: the server doesn't have a resource type %q", noMatch.PartialResource.Resource)
	case errors.As(err, &connection):
		return connectionMessage(connection)
	default:
		return "error: " + terminal.Escape(err.Error())
	}
}

func statusMessage(status metav1.Status) string {
	text := terminal.Escape(status.Message)
	switch status.Reason {
	case metav1.StatusReasonUnauthorized:
		return fmt.Sprintf("error: You must be logged in to the server (%s)", text)
	case metav1.StatusReasonUnknown:
		return "Error from server: " + text
	case metav1.StatusReasonInvalid:
		if status.Details != nil && len(status.Details.Causes) > 0 {
			return invalidMessage(status.Details)
		}
	}
	return fmt.Sprintf("Error from server (%s): %s", status.Reason, text)
}

func invalidMessage(details *metav1.StatusDetails) string {
	head := fmt.Sprintf("The %s %q is invalid:", details.Kind, details.Name)
	causes := []string{}
	for _, cause := range details.Causes {
		causes = append(causes, fmt.Sprintf("%s: %s", cause.Field, terminal.Escape(cause.Message)))
	}
	// The API server has them in no particular order.
	slices.Sort(causes)
	if len(causes) == 1 {
		return head + " " + causes[0]
	}
	return head + "\n* " + strings.Join(causes, "\n* ")
}

func connectionMessage(err *url.Error) string {
	if !strings.Contains(err.Err.Error(), "connection refused") {
		return fmt.Sprintf("Unable to connect to the server: %v", err.Err)
	}
	host := err.URL
	if server, parseErr := url.Parse(err.URL); parseErr == nil {
		host = server.Host
	}
	return fmt.Sprintf("The connection to the server %s was refused - did you specify the right host or port?", host)
}
