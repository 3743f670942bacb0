package client

import (
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// Watch yields the events of a watch until the loop is left. After a break it resumes behind the last event, at any
// replica; if that position has expired it starts over with the current state, reports the executions that were deleted
// meanwhile, and SYNCED again. A loop ends with the error of a call that cannot be repeated, or with [InterruptedError].
//
// A request with a resource_version continues an earlier watch, of which the client knows no executions: if a position
// expires, the loop ends with OUT_OF_RANGE.
func (c *Client) Watch(
	ctx context.Context, request *workflowexecutionv1.WatchWorkflowExecutionsRequest,
) iter.Seq2[*workflowexecutionv1.WatchWorkflowExecutionsResponse, error] {
	return func(yield func(*workflowexecutionv1.WatchWorkflowExecutionsResponse, error) bool) {
		var known executions
		if request.GetResourceVersion() == "" {
			known = executions{}
		}
		c.watch(ctx, request, known)(yield)
	}
}

// executions are the last known states by name.
type executions map[string]*workflowexecutionv1.WorkflowExecution

// watch is Watch with what exists at the resource version of the request; nil if that is unknown.
func (c *Client) watch(
	ctx context.Context, request *workflowexecutionv1.WatchWorkflowExecutionsRequest, known executions,
) iter.Seq2[*workflowexecutionv1.WatchWorkflowExecutionsResponse, error] {
	return func(yield func(*workflowexecutionv1.WatchWorkflowExecutionsResponse, error) bool) {
		w := watcher{service: c.service, request: proto.CloneOf(request), known: known, yield: yield}
		if err := resume(ctx, c.retries, &w); !errors.Is(err, errLeft) {
			yield(nil, err)
		}
	}
}

// watcher is the position of a watch.
type watcher struct {
	service workflowexecutionv1.WorkflowExecutionServiceClient
	request *workflowexecutionv1.WatchWorkflowExecutionsRequest
	// known is nil if the watch began at a position of the caller.
	known executions
	// unconfirmed are those known before a new start that have not been sent since. They are gone once the replica, which may
	// lag behind the one before, has sent its state and reached the resource version of the last event before.
	unconfirmed executions
	lastVersion uint64
	isSynced    bool
	yield       func(*workflowexecutionv1.WatchWorkflowExecutionsResponse, error) bool
}

func (w *watcher) open(
	ctx context.Context,
) (grpc.ServerStreamingClient[workflowexecutionv1.WatchWorkflowExecutionsResponse], error) {
	return w.service.WatchWorkflowExecutions(ctx, w.request)
}

// receive yields the deletions that an event implies, and the event, and moves the position behind it.
func (w *watcher) receive(event *workflowexecutionv1.WatchWorkflowExecutionsResponse) bool {
	for _, execution := range w.observe(event) {
		deleted := &workflowexecutionv1.WatchWorkflowExecutionsResponse{
			Type:              workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_DELETED,
			WorkflowExecution: execution,
			// The event is still to come.
			ResourceVersion: w.request.GetResourceVersion(),
		}
		if !w.yield(deleted, nil) {
			return false
		}
	}
	w.request.ResourceVersion = event.GetResourceVersion()
	return w.yield(event, nil)
}

// observe updates what is known; returns the executions of whose deletion there was no event.
func (w *watcher) observe(event *workflowexecutionv1.WatchWorkflowExecutionsResponse) []*workflowexecutionv1.WorkflowExecution {
	if w.known == nil {
		return nil
	}
	execution := event.GetWorkflowExecution()
	name := execution.GetName()
	before := w.known[name]
	if before == nil {
		before = w.unconfirmed[name]
	}
	switch event.GetType() {
	case workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_UPDATED:
		w.known[name] = execution
		delete(w.unconfirmed, name)
		if before != nil && before.GetUid() != execution.GetUid() {
			return []*workflowexecutionv1.WorkflowExecution{before}
		}
	case workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_DELETED:
		delete(w.known, name)
		delete(w.unconfirmed, name)
	case workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_SYNCED:
		w.isSynced = true
	}
	if !w.isSynced || versionOf(event.GetResourceVersion()) < w.lastVersion {
		return nil
	}
	gone := slices.Collect(maps.Values(w.unconfirmed))
	w.unconfirmed = nil
	return gone
}

// versionOf returns a resource version as a number, by which those of a resource are ordered; 0 for none.
func versionOf(resourceVersion string) uint64 {
	version, _ := strconv.ParseUint(resourceVersion, 10, 64)
	return version
}

// ended makes the watch start over if its position has expired.
func (w *watcher) ended(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return status.Error(codes.Unavailable, "the server has completed the watch")
	case status.Code(err) == codes.OutOfRange && w.known != nil:
		w.lastVersion = max(w.lastVersion, versionOf(w.request.GetResourceVersion()))
		w.isSynced = false
		w.request.ResourceVersion = ""
		if w.unconfirmed == nil {
			w.unconfirmed = executions{}
		}
		maps.Copy(w.unconfirmed, w.known)
		w.known = executions{}
		return status.Error(codes.Unavailable, err.Error())
	default:
		return err
	}
}
