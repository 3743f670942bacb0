package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

const (
	// attemptTimeout bounds an attempt, so that a call that got lost is repeated.
	attemptTimeout = 15 * time.Second
	maxBackoff     = 5 * time.Second
	// maxBreaks is how many breaks in a row are followed by another attempt, for about 15 s.
	maxBreaks = 10
)

var errClosed = status.Error(codes.Canceled, "the client was closed")

// InterruptedError reports that the outcome of a call is not known: the context ended, or the call could not be followed to
// its end. The service may have executed the call, and an execution continues: the same request with the same request id
// picks it up again.
type InterruptedError struct {
	// Execution is the last known state of the execution that [Client.Run] has waited for; nil if the service has not
	// confirmed that it exists.
	Execution *workflowexecutionv1.WorkflowExecution
	// Cause is context.DeadlineExceeded, context.Canceled, or the gRPC status after which the client gave up.
	Cause error
	// Last is the error of the last attempt.
	Last error
}

// Error implements error.
func (e *InterruptedError) Error() string {
	text := e.Cause.Error()
	if e.Execution != nil {
		text = fmt.Sprintf("%s is not finished: %s", e.Execution.GetName(), text)
	}
	if e.Last == e.Cause {
		return text
	}
	return fmt.Sprintf("%s; last attempt: %s", text, e.Last)
}

// Unwrap returns the cause.
func (e *InterruptedError) Unwrap() error {
	return e.Cause
}

// GRPCStatus returns DEADLINE_EXCEEDED, CANCELLED or the status that is the cause, for package status.
func (e *InterruptedError) GRPCStatus() *status.Status {
	if contextStatus := status.FromContextError(e.Cause); contextStatus.Code() != codes.Unknown {
		return status.New(contextStatus.Code(), e.Error())
	}
	cause := status.Convert(e.Cause).Proto()
	cause.Message = e.Error()
	return status.FromProto(cause)
}

// interruptedBy returns an error as the InterruptedError of an execution; nil if that is not known to exist.
func interruptedBy(err error, execution *workflowexecutionv1.WorkflowExecution) *InterruptedError {
	var interruption *InterruptedError
	if !errors.As(err, &interruption) {
		interruption = &InterruptedError{Cause: err, Last: err}
	}
	interruption.Execution = execution
	return interruption
}

// Reason returns the machine-readable reason that the service gives for an error, such as REQUEST_ID_REUSED; empty for
// errors of other origin.
func Reason(err error) string {
	return detail[*errdetails.ErrorInfo](err).GetReason()
}

// retries repeats calls until they succeed, cannot succeed, or the client is closed.
type retries struct {
	closed chan struct{}
}

// unary repeats calls that may succeed later, unless a repetition could create a second execution. A create that fails
// otherwise than with InterruptedError has created nothing.
func (r *retries) unary(
	ctx context.Context, method string, request, reply any,
	connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	create, isCreate := request.(*workflowexecutionv1.CreateWorkflowExecutionRequest)
	if isCreate && create.GetRequestId() == "" && !create.GetValidateOnly() {
		return invoke(ctx, method, request, reply, connection, options...)
	}
	var last error
	mayHaveCreated, attempts := false, attempts{closed: r.closed}
	for {
		attemptContext, cancel := context.WithTimeout(ctx, attemptTimeout)
		err := invoke(attemptContext, method, request, reply, connection, options...)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		mayHaveCreated = mayHaveCreated || isCreate && !create.GetValidateOnly() && !isRefusal(err)
		if err := attempts.pause(ctx, last); err != nil {
			if mayHaveCreated {
				return interruptedBy(err, nil)
			}
			return err
		}
	}
}

// attempts are those of a call.
type attempts struct {
	closed <-chan struct{}
	// failed is the number of attempts in a row that failed, and broken that of breaks among them, in a row.
	failed, broken int
}

// pause waits before the next attempt: for the time that the service requests, and a random time that grows with the
// attempts. It returns the error if another attempt cannot succeed, and InterruptedError if the context ends.
func (a *attempts) pause(ctx context.Context, last error) error {
	if ctx.Err() == nil {
		switch {
		case isTransient(last):
			a.broken = 0
		case isBreak(last) && a.broken < maxBreaks:
			a.broken++
		default:
			return last
		}
		backoff := min(maxBackoff, 100*time.Millisecond<<min(a.failed, 10))
		a.failed++
		timer := time.NewTimer(requestedDelay(last) + rand.N(backoff))
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-a.closed:
			return errClosed
		case <-ctx.Done():
		}
	}
	return &InterruptedError{Cause: ctx.Err(), Last: last}
}

// isTransient returns whether a call may succeed if it is repeated. The context of the caller has not ended.
func isTransient(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.Aborted:
		return true
	case codes.DeadlineExceeded, codes.Canceled:
		// Only the attempt has ended, or its connection.
		return true
	case codes.ResourceExhausted:
		// A message that is too large stays so.
		return detail[*errdetails.RetryInfo](err) != nil
	default:
		return false
	}
}

// isBreak returns whether the transport has failed, for example in a proxy, rather than the service, whose errors have a
// reason. gRPC gives such failures the codes of permanent errors, and of local ones, so that repetitions are limited. It maps
// HTTP 401, 403 and 404 to other codes: those are answers.
func isBreak(err error) bool {
	switch status.Code(err) {
	case codes.Internal, codes.Unknown, codes.ResourceExhausted:
		return Reason(err) == ""
	default:
		return false
	}
}

// isRefusal returns whether an error says that the call had no effect.
func isRefusal(err error) bool {
	switch status.Code(err) {
	case codes.Aborted, codes.ResourceExhausted:
		return Reason(err) != ""
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.Internal, codes.Unknown, codes.DataLoss:
		return false
	default:
		return true
	}
}

func requestedDelay(err error) time.Duration {
	return max(0, detail[*errdetails.RetryInfo](err).GetRetryDelay().AsDuration())
}

// detail returns the detail of a type; nil if there is none.
func detail[T any](err error) (found T) {
	for _, each := range status.Convert(err).Details() {
		if typed, ok := each.(T); ok {
			return typed
		}
	}
	return found
}
