package client_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

const (
	execution = "namespaces/payment/workflowExecutions/wfe-rr-1"
	create    = "CreateWorkflowExecution"
	watch     = "WatchWorkflowExecutions"
)

var (
	running   = &workflowexecutionv1.WorkflowExecutionStatus{Phase: workflowexecutionv1.Phase_PHASE_RUNNING}
	completed = &workflowexecutionv1.WorkflowExecutionStatus{
		Phase: workflowexecutionv1.Phase_PHASE_COMPLETED, Outcome: workflowexecutionv1.Outcome_OUTCOME_SUCCESS,
	}
	timedOut = &workflowexecutionv1.WorkflowExecutionStatus{
		Phase: workflowexecutionv1.Phase_PHASE_FAILED, Outcome: workflowexecutionv1.Outcome_OUTCOME_FAILED,
		Failure: &workflowexecutionv1.Failure{Reason: workflowexecutionv1.FailureReason_FAILURE_REASON_DEADLINE_EXCEEDED},
	}
	skipped = &workflowexecutionv1.WorkflowExecutionStatus{
		Phase: workflowexecutionv1.Phase_PHASE_SKIPPED, Outcome: workflowexecutionv1.Outcome_OUTCOME_SKIPPED,
		Skip: &workflowexecutionv1.Skip{Reason: workflowexecutionv1.SkipReason_SKIP_REASON_RESOURCE_BUSY},
	}
)

func newRequest(requestID string) *workflowexecutionv1.CreateWorkflowExecutionRequest {
	return &workflowexecutionv1.CreateWorkflowExecutionRequest{
		Parent:    "namespaces/payment",
		RequestId: requestID,
		WorkflowExecution: &workflowexecutionv1.WorkflowExecution{Spec: &workflowexecutionv1.WorkflowExecutionSpec{
			RemediationRequestRef: &workflowexecutionv1.RemediationRequestRef{Name: "rr-1"},
			WorkflowRef: &workflowexecutionv1.WorkflowRef{
				WorkflowId: "restart", Version: "1.0.0", ContainerImage: "quay.io/kubernaut/restart:v1",
			},
			TargetResource: "payment/deployment/" + requestID,
		}},
	}
}

// result is what Run has returned.
type result struct {
	execution *workflowexecutionv1.WorkflowExecution
	err       error
}

// start runs an execution in the background.
func start(t *testing.T, c *client.Client) <-chan result {
	t.Helper()
	done := make(chan result, 1)
	go func() {
		execution, err := c.Run(t.Context(), newRequest("rr-1"))
		done <- result{execution, err}
	}()
	synctest.Wait()
	return done
}

func (r result) requirePhase(t *testing.T, phase workflowexecutionv1.Phase) {
	t.Helper()
	if r.err != nil || r.execution.GetStatus().GetPhase() != phase {
		t.Fatalf("Run returned %v and %v, want %v", r.execution.GetStatus(), r.err, phase)
	}
}

func TestRunReturnsHowTheExecutionEnded(t *testing.T) {
	for _, end := range []*workflowexecutionv1.WorkflowExecutionStatus{completed, timedOut, skipped} {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeService()
			done := start(t, newClient(t, service, client.Options{}))
			service.update(execution, running)
			service.update(execution, end)

			got := <-done
			if got.err != nil || !proto.Equal(got.execution.GetStatus(), end) {
				t.Errorf("Run returned %v and %v, want %v", got.execution.GetStatus(), got.err, end)
			}
		})
	}
}

func TestRunReturnsAnExecutionThatHasEndedWithoutAWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		c := newClient(t, service, client.Options{})
		first := start(t, c)
		service.update(execution, completed)
		(<-first).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)

		(<-start(t, c)).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
		if got := service.countOf(watch); got != 1 {
			t.Errorf("%d watches, want 1", got)
		}
	})
}

func TestRunRefusesRequestsThatAreNotRepeatable(t *testing.T) {
	service := newFakeService()
	c := newClient(t, service, client.Options{})
	validateOnly := newRequest("rr-1")
	validateOnly.ValidateOnly = true
	for _, request := range []*workflowexecutionv1.CreateWorkflowExecutionRequest{newRequest(""), validateOnly} {
		if _, err := c.Run(t.Context(), request); err == nil {
			t.Errorf("Run accepts %v", request)
		}
	}
	if got := service.countOf(create); got != 0 {
		t.Errorf("%d creates, want none", got)
	}
}

func TestRunWaitsAsTheServiceRequests(t *testing.T) {
	for _, code := range []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.Aborted, codes.Canceled} {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeService()
			var attempts []time.Time
			service.fail = func(method string, isAfter bool) error {
				if method != create || isAfter {
					return nil
				}
				if attempts = append(attempts, time.Now()); len(attempts) > 2 {
					return nil
				}
				return failure(code, "BUSY", "try again", retryInfo(7*time.Second))
			}
			done := start(t, newClient(t, service, client.Options{}))
			time.Sleep(time.Minute)
			service.update(execution, completed)
			(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)

			for i := range attempts[1:] {
				if waited := attempts[i+1].Sub(attempts[i]); waited < 7*time.Second || waited > 8*time.Second {
					t.Errorf("attempt %d after %v, want 7 s and a random part of a second", i+1, waited)
				}
			}
			if len(attempts) != 3 {
				t.Errorf("%d attempts, want 3", len(attempts))
			}
		})
	}
}

func TestRunCreatesOnceIfResponsesAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		var lost atomic.Int32
		service.fail = func(method string, isAfter bool) error {
			if method == create && isAfter && lost.Add(1) <= 3 {
				return status.Error(codes.Unavailable, "error reading from server: EOF")
			}
			return nil
		}
		done := start(t, newClient(t, service, client.Options{}))
		time.Sleep(time.Minute)
		service.update(execution, completed)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
		if creates := service.countOf(create); len(service.executions) != 1 || creates != 4 {
			t.Errorf("%d executions of %d creates, want 1 of 4", len(service.executions), creates)
		}
	})
}

func TestRunRepeatsAnAttemptThatGotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		var isLost atomic.Bool
		service.fail = func(method string, isAfter bool) error {
			if method == create && !isAfter && !isLost.Swap(true) {
				time.Sleep(time.Hour)
			}
			return nil
		}
		began := time.Now()
		done := start(t, newClient(t, service, client.Options{}))
		time.Sleep(20 * time.Second)
		service.update(execution, completed)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("took %v, want 20 s", took)
		}
	})
}

func TestRunReturnsRefusalsWithoutAnotherAttempt(t *testing.T) {
	for name, refusal := range map[string]error{
		"invalid request":             invalid("parent", "must be a namespace"),
		"missing right":               failure(codes.PermissionDenied, "PERMISSION_DENIED", "denied"),
		"request id of another":       failure(codes.AlreadyExists, "REQUEST_ID_REUSED", "used for another request"),
		"message that is too large":   failure(codes.ResourceExhausted, "TOO_LARGE", "larger than 1 MiB"),
		"fault of the service":        failure(codes.Internal, "INTERNAL", "a bug"),
		"server of another interface": status.Error(codes.Unimplemented, "unknown service"),
	} {
		t.Run(name, func(t *testing.T) {
			service := newFakeService()
			service.fail = func(string, bool) error { return refusal }
			_, err := newClient(t, service, client.Options{}).Run(t.Context(), newRequest("rr-1"))

			if status.Code(err) != status.Code(refusal) || client.Reason(err) != client.Reason(refusal) {
				t.Errorf("got %v, want %v", err, refusal)
			}
			if got := service.countOf(create); got != 1 {
				t.Errorf("%d attempts, want 1", got)
			}
		})
	}
}

func TestRunReturnsARefusalOfALaterAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.fail = func(method string, _ bool) error {
			if service.countOf(create) == 1 {
				return shuttingDown()
			}
			return invalid("parent", "must be a namespace")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := newClient(t, service, client.Options{}).Run(ctx, newRequest("rr-1"))

		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("got %v, want INVALID_ARGUMENT", err)
		}
	})
}

// requireInterrupted returns the error as InterruptedError.
func requireInterrupted(t *testing.T, err error, code codes.Code) *client.InterruptedError {
	t.Helper()
	var interruption *client.InterruptedError
	if !errors.As(err, &interruption) || status.Code(err) != code {
		t.Fatalf("got %v, want an InterruptedError with %v", err, code)
	}
	return interruption
}

func TestRunReturnsTheExecutionThatItMayNoLongerFollow(t *testing.T) {
	for _, code := range []codes.Code{
		codes.Unauthenticated, codes.PermissionDenied, codes.NotFound, codes.Internal, codes.Unknown, codes.ResourceExhausted,
	} {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeService()
			service.fail = func(method string, _ bool) error {
				if method != watch {
					return nil
				}
				return failure(code, "REFUSED", "refused")
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := newClient(t, service, client.Options{}).Run(ctx, newRequest("rr-1"))

			if got := requireInterrupted(t, err, code).Execution.GetName(); got != execution {
				t.Errorf("its execution is %q, want %q", got, execution)
			}
			if client.Reason(err) != "REFUSED" || errors.Is(err, context.DeadlineExceeded) || service.countOf(watch) != 1 {
				t.Errorf("got %v after %d watches, want REFUSED after 1", err, service.countOf(watch))
			}
		})
	}
}

func TestARefusalAfterALostResponseLeavesTheOutcomeOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.fail = func(_ string, isAfter bool) error {
			switch {
			case service.countOf(create) > 1:
				return failure(codes.PermissionDenied, "PERMISSION_DENIED", "denied")
			case isAfter:
				return status.Error(codes.Unavailable, "error reading from server: EOF")
			default:
				return nil
			}
		}
		_, err := newClient(t, service, client.Options{}).Run(t.Context(), newRequest("rr-1"))

		if got := requireInterrupted(t, err, codes.PermissionDenied).Execution; got != nil || len(service.executions) != 1 {
			t.Errorf("its execution is %v, want none, and %d exist", got, len(service.executions))
		}
	})
}

func TestARefusalAfterARefusalForNowIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.fail = func(string, bool) error {
			if service.countOf(create) == 1 {
				return failure(codes.ResourceExhausted, "RESOURCE_EXHAUSTED", "too many calls", retryInfo(time.Second))
			}
			return failure(codes.PermissionDenied, "PERMISSION_DENIED", "denied")
		}
		_, err := newClient(t, service, client.Options{}).Run(t.Context(), newRequest("rr-1"))

		if errors.As(err, new(*client.InterruptedError)) || status.Code(err) != codes.PermissionDenied {
			t.Errorf("got %v, want PERMISSION_DENIED", err)
		}
	})
}

// Codes that gRPC has for failures of the transport, and for errors of the service.
var ambiguousCodes = []codes.Code{codes.Internal, codes.Unknown, codes.ResourceExhausted}

func TestRunResumesAfterBreaksOfTheTransport(t *testing.T) {
	for _, code := range ambiguousCodes {
		for _, method := range []string{create, watch} {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeService()
				service.fail = func(called string, isAfter bool) error {
					if called == method && !isAfter && service.countOf(method) <= 5 {
						return status.Error(code, "stream terminated by RST_STREAM")
					}
					return nil
				}
				done := start(t, newClient(t, service, client.Options{}))
				time.Sleep(time.Minute)
				service.update(execution, completed)

				(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
			})
		}
	}
}

func TestBreaksInARowAreFollowedByALimitedNumberOfAttempts(t *testing.T) {
	for _, code := range ambiguousCodes {
		for method, want := range map[string]string{create: "", watch: execution} {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeService()
				service.fail = func(called string, isAfter bool) error {
					if called == method && !isAfter {
						return status.Error(code, "stream terminated by RST_STREAM")
					}
					return nil
				}
				_, err := newClient(t, service, client.Options{}).Run(t.Context(), newRequest("rr-1"))

				if got := requireInterrupted(t, err, code).Execution.GetName(); got != want {
					t.Errorf("its execution is %q, want %q", got, want)
				}
				if got := service.countOf(method); got != 11 {
					t.Errorf("%d attempts, want 11", got)
				}
			})
		}
	}
}

func TestAnAnswerOfAProxyIsFinal(t *testing.T) {
	for _, code := range []codes.Code{codes.Unauthenticated, codes.PermissionDenied, codes.Unimplemented} {
		service := newFakeService()
		service.fail = func(string, bool) error {
			return status.Error(code, "unexpected HTTP status code received from server")
		}
		_, err := newClient(t, service, client.Options{}).Run(t.Context(), newRequest("rr-1"))

		if status.Code(err) != code || errors.As(err, new(*client.InterruptedError)) || service.countOf(create) != 1 {
			t.Errorf("got %v after %d attempts, want %v after 1", err, service.countOf(create), code)
		}
	}
}

func TestRunWaitsForItsOwnExecutionOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		done := start(t, newClient(t, service, client.Options{}))
		service.update(service.add(t, "rr-2"), completed)
		synctest.Wait()
		service.update(execution, timedOut)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_FAILED)
	})
}

func TestRunTellsADeadlineFromAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := newClient(t, service, client.Options{})
		time.AfterFunc(time.Second, func() { service.update(execution, running) })
		_, err := c.Run(ctx, newRequest("rr-1"))

		var interruption *client.InterruptedError
		if !errors.As(err, &interruption) || !errors.Is(err, context.DeadlineExceeded) || status.Code(err) != codes.DeadlineExceeded {
			t.Fatalf("got %v, want an InterruptedError for the deadline", err)
		}
		if got := interruption.Execution; got.GetName() != execution || !proto.Equal(got.GetStatus(), running) {
			t.Errorf("the last known state is %v, want Running", got)
		}

		again := start(t, c)
		service.update(execution, timedOut)
		(<-again).requirePhase(t, workflowexecutionv1.Phase_PHASE_FAILED)
	})
}

func TestRunNamesTheLastErrorAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.fail = func(string, bool) error {
			return failure(codes.Unavailable, "UNAVAILABLE", "the cluster is unreachable")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := newClient(t, service, client.Options{}).Run(ctx, newRequest("rr-1"))

		var interruption *client.InterruptedError
		if !errors.As(err, &interruption) || interruption.Execution != nil || status.Code(interruption.Last) != codes.Unavailable {
			t.Errorf("got %v, want an InterruptedError without execution and with UNAVAILABLE", err)
		}
	})
}

func TestTheLastErrorIsNotTheDeadlineItself(t *testing.T) {
	for _, method := range []string{create, watch} {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeService()
			service.fail = func(called string, isAfter bool) error {
				if called != method || isAfter {
					return nil
				}
				if service.countOf(method) > 1 {
					time.Sleep(time.Minute)
				}
				return failure(codes.Unavailable, "UNAVAILABLE", "the cluster is unreachable")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := newClient(t, service, client.Options{}).Run(ctx, newRequest("rr-1"))

			var interruption *client.InterruptedError
			if !errors.As(err, &interruption) || status.Code(interruption.Last) != codes.Unavailable {
				t.Errorf("%s: got %v, want UNAVAILABLE as the last error", method, err)
			}
		})
	}
}

func TestASilentServiceIsNamedAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.fail = func(method string, _ bool) error {
			if method == watch {
				time.Sleep(time.Minute)
			}
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		_, err := newClient(t, service, client.Options{}).Run(ctx, newRequest("rr-1"))

		if err == nil || !strings.Contains(err.Error(), "silent") {
			t.Errorf("got %v, want an error that says that the stream was silent", err)
		}
	})
}

func TestRunResumesAtAnotherReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		done := start(t, newClient(t, service, client.Options{}))
		for range 5 {
			service.update(execution, running)
			synctest.Wait()
			service.restart()
			time.Sleep(time.Second)
		}
		service.update(execution, completed)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
		if creates, watches := service.countOf(create), service.countOf(watch); creates != 1 || watches != 6 {
			t.Errorf("%d creates and %d watches, want 1 and 6", creates, watches)
		}
	})
}

func TestRunStartsOverIfItsPositionHasExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		done := start(t, newClient(t, service, client.Options{}))
		service.compact()
		service.restart()
		time.Sleep(time.Minute)
		service.update(execution, completed)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
	})
}

func TestRunReopensASilentWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		var isFrozen atomic.Bool
		service.fail = func(method string, _ bool) error {
			if method == "watching" && !isFrozen.Swap(true) {
				time.Sleep(time.Hour)
			}
			return nil
		}
		done := start(t, newClient(t, service, client.Options{}))
		began := time.Now()
		service.update(execution, completed)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
		if took := time.Since(began); took < 45*time.Second || took > 47*time.Second {
			t.Errorf("noticed after %v, want 45 s", took)
		}
	})
}

func TestRunReportsADeletion(t *testing.T) {
	for name, end := range map[string]func(*fakeService){
		"with an event": func(service *fakeService) { service.delete(execution) },
		"during a break": func(service *fakeService) {
			service.delete(execution)
			service.compact()
			service.restart()
		},
		"that a lagging replica has not seen": func(service *fakeService) {
			service.delete(execution)
			service.compact()
			service.lagAt(100)
			service.restart()
			time.Sleep(time.Minute)
			service.lagAt(0)
		},
		"before a successor of the same name": func(service *fakeService) {
			service.replace(execution)
		},
		"before a successor of the same name, during a break": func(service *fakeService) {
			service.replace(execution)
			service.compact()
			service.restart()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeService()
				done := start(t, newClient(t, service, client.Options{}))
				end(service)

				if got := <-done; !errors.Is(got.err, client.ErrDeleted) {
					t.Errorf("got %v, want ErrDeleted", got.err)
				}
			})
		})
	}
}

func TestRunReportsADeletionBeforeItsWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.fail = func(method string, _ bool) error {
			if method == watch && service.countOf(watch) == 1 {
				service.delete(execution)
				return shuttingDown()
			}
			return nil
		}
		if got := <-start(t, newClient(t, service, client.Options{})); !errors.Is(got.err, client.ErrDeleted) {
			t.Errorf("got %v, want ErrDeleted", got.err)
		}
	})
}

func TestRunDoesNotTakeALaggingReplicaForADeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		done := start(t, newClient(t, service, client.Options{}))
		service.compact()
		service.lagAt(100)
		for range 3 {
			service.restart()
			time.Sleep(time.Minute)
		}
		service.lagAt(0)
		synctest.Wait()
		service.update(execution, completed)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
	})
}

func TestRunReturnsAnEndThatWasDeletedImmediately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		done := start(t, newClient(t, service, client.Options{}))
		service.update(execution, completed)
		service.delete(execution)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
	})
}

func TestTheTokenIsReadForEachCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		path := filepath.Join(t.TempDir(), "token")
		rotate := func(token string) {
			if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		rotate("first")
		service.rotateToken("first")
		done := start(t, newClient(t, service, client.Options{TokenFile: path}))
		// The watch ends when the first token expires.
		rotate("second")
		service.rotateToken("second")
		time.Sleep(time.Second)
		service.update(execution, completed)

		(<-done).requirePhase(t, workflowexecutionv1.Phase_PHASE_COMPLETED)
		if got := service.countOf(watch); got != 2 {
			t.Errorf("%d watches, want 2", got)
		}
	})
}

func TestATokenThatIsNotAcceptedIsAnError(t *testing.T) {
	service := newFakeService()
	service.rotateToken("valid")
	path := filepath.Join(t.TempDir(), "token")
	c := newClient(t, service, client.Options{TokenFile: path})

	if _, err := c.Run(t.Context(), newRequest("rr-1")); status.Code(err) != codes.Unauthenticated {
		t.Errorf("without a token file: %v, want UNAUTHENTICATED", err)
	}
	if err := os.WriteFile(path, []byte("invalid"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), newRequest("rr-1")); client.Reason(err) != "UNAUTHENTICATED" {
		t.Errorf("with an invalid token: %v, want UNAUTHENTICATED", err)
	}
	if got := slices.Index(service.calls, watch); got != -1 {
		t.Error("there was a watch")
	}
}

func TestCancelReturnsTheStateOrWhyNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		c := newClient(t, service, client.Options{})
		done := start(t, c)
		cancelled, err := c.Cancel(t.Context(), execution, workflowexecutionv1.CancelMode_CANCEL_MODE_IMMEDIATE)
		if err != nil || cancelled.GetSpec().GetCancelMode() != workflowexecutionv1.CancelMode_CANCEL_MODE_IMMEDIATE {
			t.Errorf("got %v and %v", cancelled, err)
		}
		service.update(execution, completed)
		<-done

		if _, err := c.Cancel(t.Context(), execution, 0); status.Code(err) != codes.FailedPrecondition {
			t.Errorf("got %v, want FAILED_PRECONDITION", err)
		}
	})
}

func TestCloseEndsCallsThatWouldBeRepeated(t *testing.T) {
	for _, isRunning := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeService()
			service.fail = func(string, bool) error {
				if isRunning {
					return nil
				}
				return shuttingDown()
			}
			c := newClient(t, service, client.Options{})
			done := start(t, c)
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}

			if got := <-done; status.Code(got.err) != codes.Canceled {
				t.Errorf("got %v, want CANCELLED", got.err)
			}
		})
	}
}

func TestCloseAfterTheCreateLeavesTheExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, newFakeService(), client.Options{})
		done := start(t, c)
		for range 2 {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}

		if got := requireInterrupted(t, (<-done).err, codes.Canceled).Execution.GetName(); got != execution {
			t.Errorf("its execution is %q, want %q", got, execution)
		}
	})
}

func TestAHostThatDoesNotResolveIsNamedAtTheDeadline(t *testing.T) {
	resolvers := manual.NewBuilderWithScheme("unknown")
	resolvers.BuildCallback = func(_ resolver.Target, connection resolver.ClientConn, _ resolver.BuildOptions) {
		go connection.ReportError(errors.New("lookup workflow-execution: no such host"))
	}
	c, err := client.New(client.Options{
		Target: "unknown:///service", Plaintext: true, DialOptions: []grpc.DialOption{grpc.WithResolvers(resolvers)},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = c.Run(ctx, newRequest("rr-1"))

	if got := requireInterrupted(t, err, codes.DeadlineExceeded); !strings.Contains(got.Last.Error(), "no such host") {
		t.Errorf("the last error is %v, want that of the resolver", got.Last)
	}
}

func TestACreateWithoutRequestIDIsNotRepeated(t *testing.T) {
	service := newFakeService()
	service.fail = func(string, bool) error { return shuttingDown() }
	_, err := newClient(t, service, client.Options{}).Service().CreateWorkflowExecution(t.Context(), newRequest(""))

	if got := service.countOf(create); got != 1 || status.Code(err) != codes.Unavailable {
		t.Errorf("%v after %d attempts, want UNAVAILABLE after 1", err, got)
	}
}
