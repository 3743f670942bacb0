package client

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
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
)

var errClosed = status.Error(codes.Canceled, "the client was closed")

// InterruptedError reports that the context ended before a call had a result. The service may have executed the call, and
// an execution continues: the same request with the same request id picks it up again.
type InterruptedError struct {
	// Execution is the last known state of the execution that [Client.Run] has waited for; nil if the service has not
	// confirmed that it exists.
	Execution *workflowexecutionv1.WorkflowExecution
	// Cause is context.DeadlineExceeded or context.Canceled.
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
	return fmt.Sprintf("%s; last attempt: %s", text, e.Last)
}

// Unwrap returns the cause.
func (e *InterruptedError) Unwrap() error {
	return e.Cause
}

// GRPCStatus returns DEADLINE_EXCEEDED or CANCELLED, for package status.
func (e *InterruptedError) GRPCStatus() *status.Status {
	return status.New(status.FromContextError(e.Cause).Code(), e.Error())
}

// Reason returns the machine-readable reason that the service gives for an error, such as REQUEST_ID_REUSED; empty for
// errors of other origin.
func Reason(err error) string {
	return detail[*errdetails.ErrorInfo](err).GetReason()
}

// retries repeats calls until they succeed, cannot succeed, or the client is closed.
type retries struct {
	closed chan struct{}
	once   sync.Once
}

func (r *retries) close() {
	r.once.Do(func() { close(r.closed) })
}

// unary repeats calls that may succeed later, unless a repetition could create a second execution.
func (r *retries) unary(
	ctx context.Context, method string, request, reply any,
	connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	create, isCreate := request.(*workflowexecutionv1.CreateWorkflowExecutionRequest)
	if isCreate && create.GetRequestId() == "" && !create.GetValidateOnly() {
		return invoke(ctx, method, request, reply, connection, options...)
	}
	var last error
	for attempt := 0; ; attempt++ {
		attemptContext, cancel := context.WithTimeout(ctx, attemptTimeout)
		err := invoke(attemptContext, method, request, reply, connection, options...)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		if err := r.pause(ctx, last, attempt); err != nil {
			return err
		}
	}
}

// pause waits before the next attempt: for the time that the service requests, and a random time that grows with the
// attempts. It returns the error if another attempt cannot succeed, and InterruptedError if the context ends.
func (r *retries) pause(ctx context.Context, last error, attempt int) error {
	if ctx.Err() == nil {
		if !isTransient(last) {
			return last
		}
		backoff := min(maxBackoff, 100*time.Millisecond<<min(attempt, 10))
		timer := time.NewTimer(requestedDelay(last) + rand.N(backoff))
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-r.closed:
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
