package client_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// add creates an execution and returns its name.
func (s *fakeService) add(t testing.TB, requestID string) string {
	t.Helper()
	created, err := s.CreateWorkflowExecution(t.Context(), newRequest(requestID))
	if err != nil {
		t.Fatal(err)
	}
	return created.GetWorkflowExecution().GetName()
}

// observe returns the events of a watch without bookmarks, which end with the given number of SYNCED.
func observe(
	t *testing.T, c *client.Client, request *workflowexecutionv1.WatchWorkflowExecutionsRequest, onSynced ...func(),
) ([]string, error) {
	t.Helper()
	var events []string
	for event, err := range c.Watch(t.Context(), request) {
		if err != nil {
			return events, err
		}
		switch event.GetType() {
		case workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_UPDATED:
			events = append(events, "updated "+event.GetWorkflowExecution().GetName())
		case workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_DELETED:
			events = append(events, "deleted "+event.GetWorkflowExecution().GetName())
		case workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_SYNCED:
			events = append(events, "synced")
			if len(onSynced) == 0 {
				return events, nil
			}
			onSynced[0]()
			onSynced = onSynced[1:]
		}
	}
	return events, nil
}

var all = &workflowexecutionv1.WatchWorkflowExecutionsRequest{Parent: "namespaces/-"}

func TestAWatchResumesBehindTheLastEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		a, b := service.add(t, "a"), service.add(t, "b")
		events, err := observe(t, newClient(t, service, client.Options{}), all, func() {
			service.update(b, running)
			service.restart()
		})

		want := []string{"updated " + a, "updated " + b, "synced", "updated " + b, "synced"}
		if err != nil || !slices.Equal(events, want) {
			t.Errorf("got %v and %v, want %v", events, err, want)
		}
	})
}

func TestAWatchThatStartsOverReportsDeletions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		a, b := service.add(t, "a"), service.add(t, "b")
		events, err := observe(t, newClient(t, service, client.Options{}), all, func() {
			service.delete(a)
			service.compact()
			service.restart()
		})

		want := []string{"updated " + a, "updated " + b, "synced", "updated " + b, "deleted " + a, "synced"}
		if err != nil || !slices.Equal(events, want) {
			t.Errorf("got %v and %v, want %v", events, err, want)
		}
	})
}

func TestAWatchCanContinueBehindADeletionThatWasMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		a, _ := service.add(t, "a"), service.add(t, "b")
		c := newClient(t, service, client.Options{})
		before := ""
		for event, err := range c.Watch(t.Context(), all) {
			if err != nil {
				t.Fatal(err)
			}
			if event.GetType() == workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_DELETED {
				if got := event.GetResourceVersion(); got != before {
					t.Errorf("its position is %s, want %s of the event before", got, before)
				}
				break
			}
			before = event.GetResourceVersion()
			if event.GetType() == workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_SYNCED {
				service.delete(a)
				service.compact()
				service.restart()
			}
		}
	})
}

func TestAWatchReportsEachDeletionOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		a, b, c := service.add(t, "a"), service.add(t, "b"), service.add(t, "c")
		startOver := func() {
			service.compact()
			service.restart()
		}
		events, err := observe(t, newClient(t, service, client.Options{}), all,
			func() {
				service.delete(a)
				startOver()
			},
			func() {
				service.delete(b)
				service.restart()
			},
			startOver,
			startOver,
			// The next initial state breaks off behind c, and d is deleted before it continues.
			func() {
				d := service.add(t, "d")
				service.restart()
				time.AfterFunc(time.Second, func() {
					service.onFirstEvent = func() { service.delete(d) }
					startOver()
					service.update(c, running)
					service.update(d, running)
				})
			},
			func() {},
		)

		want := []string{
			"updated " + a, "updated " + b, "updated " + c, "synced",
			"updated " + b, "updated " + c, "deleted " + a, "synced",
			"deleted " + b, "synced",
			"updated " + c, "synced",
			"updated " + c, "synced",
			"updated namespaces/payment/workflowExecutions/wfe-d", "synced",
			"updated " + c, "deleted namespaces/payment/workflowExecutions/wfe-d", "synced",
		}
		if err != nil || !slices.Equal(events, want) {
			t.Errorf("got %v and\n%q, want\n%q", err, events, want)
		}
		if all.GetResourceVersion() != "" {
			t.Error("the request of the caller was changed")
		}
	})
}

func TestAWatchThatWasOpenIsOpenedAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.fail = func(method string, _ bool) error {
			if method == watch && service.countOf(watch) < 20 {
				return status.Error(codes.Unavailable, "no replica")
			}
			return nil
		}
		var began time.Time
		restarts := make([]func(), 20)
		for i := range restarts {
			restarts[i] = func() {
				if began.IsZero() {
					began = time.Now()
				}
				service.restart()
			}
		}
		if _, err := observe(t, newClient(t, service, client.Options{}), all, restarts...); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("reopened 20 times in %v, want at most 0.1 s each", took)
		}
	})
}

func TestAWatchWaitsForItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		a := service.add(t, "a")
		c := newClient(t, service, client.Options{})
		updates := 0
		for event, err := range c.Watch(t.Context(), all) {
			if err != nil {
				t.Fatal(err)
			}
			if event.GetType() == workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_SYNCED {
				time.Sleep(time.Hour)
				service.update(a, running)
			}
			if event.GetType() == workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_UPDATED {
				updates++
			}
			if updates == 2 {
				break
			}
		}
		if got := service.countOf(watch); got != 1 {
			t.Errorf("%d watches, want 1", got)
		}
	})
}

func TestAWatchThatTheServerCompletesIsOpenedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		a := service.add(t, "a")
		service.fail = func(method string, _ bool) error {
			if method == "watching" {
				return errComplete
			}
			return nil
		}
		events, err := observe(t, newClient(t, service, client.Options{}), all, func() { service.update(a, running) })

		want := []string{"updated " + a, "synced", "updated " + a, "synced"}
		if err != nil || !slices.Equal(events, want) {
			t.Errorf("got %v and %v, want %v", events, err, want)
		}
	})
}

func TestAWatchFromAnExpiredPositionOfTheCallerEnds(t *testing.T) {
	service := newFakeService()
	service.add(t, "a")
	service.compact()
	from := &workflowexecutionv1.WatchWorkflowExecutionsRequest{Parent: "namespaces/-", ResourceVersion: "100"}
	events, err := observe(t, newClient(t, service, client.Options{}), from)

	if len(events) != 0 || status.Code(err) != codes.OutOfRange {
		t.Errorf("got %v and %v, want OUT_OF_RANGE", events, err)
	}
}

func TestAWatchIsOpenedAgainLessAndLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		began := time.Now()
		service.fail = func(method string, _ bool) error {
			if method == watch && time.Since(began) < 10*time.Minute {
				return status.Error(codes.Unavailable, "no replica")
			}
			return nil
		}
		if _, err := observe(t, newClient(t, service, client.Options{}), all); err != nil {
			t.Fatal(err)
		}
		// A random time below 5 s after each.
		if got := service.countOf(watch); got < 120 || got > 480 {
			t.Errorf("%d attempts in 10 minutes, want about 240", got)
		}
		if took := time.Since(began); took > 10*time.Minute+5*time.Second {
			t.Errorf("noticed after %v, want at most 5 s after 10 min", took)
		}
	})
}
