package client_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

func line(second int, step, text string) *workflowexecutionv1.StreamWorkflowExecutionLogsResponse {
	return &workflowexecutionv1.StreamWorkflowExecutionLogsResponse{
		Time: timestamppb.New(time.Date(2026, 1, 1, 0, 0, second, 0, time.UTC)), Task: "restart", Step: step, Pod: "pod", Text: text,
	}
}

func TestLogsContinueWithTheNextLineAfterABreak(t *testing.T) {
	lines := []*workflowexecutionv1.StreamWorkflowExecutionLogsResponse{
		line(1, "rollout", "one"),
		line(1, "rollout", "two, of the same time"),
		line(1, "wait", "of another step, and of the same time"),
		line(2, "rollout", "two, of the same time"),
		line(300, "rollout", "after five minutes"),
		line(300, "rollout", "after five minutes, of the same time"),
		line(299, "wait", "of a node whose clock is behind"),
		line(301, "", "a pod is gone"),
		line(302, "wait", "last"),
	}
	var want []string
	for _, line := range lines {
		want = append(want, line.GetText())
	}
	for breakAfter := range len(lines) {
		t.Run(fmt.Sprintf("of %d lines", breakAfter), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeService()
				service.breakAfter = breakAfter
				service.log = slices.Insert(slices.Clone(lines), 2, &workflowexecutionv1.StreamWorkflowExecutionLogsResponse{})
				var got []string
				request := &workflowexecutionv1.StreamWorkflowExecutionLogsRequest{Name: execution, Follow: true}
				for line, err := range newClient(t, service, client.Options{}).Logs(t.Context(), request) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, line.GetText())
				}

				if !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		})
	}
}

func TestLogsAreReadAgainForAMinuteAndNotFromBeforeTheRequest(t *testing.T) {
	first, second, last := line(1, "rollout", "first"), line(300, "rollout", "second"), line(310, "rollout", "last")
	for _, test := range []struct{ since, resumed *timestamppb.Timestamp }{
		{line(0, "", "").GetTime(), line(240, "", "").GetTime()},
		{line(290, "", "").GetTime(), line(290, "", "").GetTime()},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeService()
			service.log = []*workflowexecutionv1.StreamWorkflowExecutionLogsResponse{first, second, last}
			service.breakAfter = 1
			request := &workflowexecutionv1.StreamWorkflowExecutionLogsRequest{Name: execution, Since: test.since}
			for _, err := range newClient(t, service, client.Options{}).Logs(t.Context(), request) {
				if err != nil {
					t.Fatal(err)
				}
			}

			if got := service.since[len(service.since)-1]; !got.Equal(test.resumed.AsTime()) {
				t.Errorf("resumed from %v, want %v", got, test.resumed.AsTime())
			}
		})
	}
}

func TestLogsEndWithARefusal(t *testing.T) {
	service := newFakeService()
	service.fail = func(string, bool) error { return failure(codes.NotFound, "LOGS_GONE", "the pods are gone") }
	request := &workflowexecutionv1.StreamWorkflowExecutionLogsRequest{Name: execution}
	for line, err := range newClient(t, service, client.Options{}).Logs(t.Context(), request) {
		if line != nil || status.Code(err) != codes.NotFound || client.Reason(err) != "LOGS_GONE" {
			t.Errorf("got %v and %v, want LOGS_GONE", line, err)
		}
	}
	if got := service.countOf("StreamWorkflowExecutionLogs"); got != 1 {
		t.Errorf("%d attempts, want 1", got)
	}
}

func TestLogsContinueAfterABreakOfTheTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeService()
		service.log = []*workflowexecutionv1.StreamWorkflowExecutionLogsResponse{line(1, "rollout", "only")}
		service.fail = func(method string, _ bool) error {
			if service.countOf(method) <= 5 {
				return status.Error(codes.Internal, "server closed the stream without sending trailers")
			}
			return nil
		}
		lines := 0
		request := &workflowexecutionv1.StreamWorkflowExecutionLogsRequest{Name: execution}
		for _, err := range newClient(t, service, client.Options{}).Logs(t.Context(), request) {
			if err != nil {
				t.Fatal(err)
			}
			lines++
		}
		if lines != 1 {
			t.Errorf("%d lines, want 1", lines)
		}
	})
}
