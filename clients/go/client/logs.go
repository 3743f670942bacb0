package client

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// resumeMargin covers how far the clocks of nodes may differ, by which lines are merged.
const resumeMargin = time.Minute

// Logs yields the lines of an execution's log. After a break it continues with the next line, at any replica. The loop ends
// when the log is complete, with the error of a call that cannot be repeated, or with [InterruptedError].
func (c *Client) Logs(
	ctx context.Context, request *workflowexecutionv1.StreamWorkflowExecutionLogsRequest,
) iter.Seq2[*workflowexecutionv1.StreamWorkflowExecutionLogsResponse, error] {
	return func(yield func(*workflowexecutionv1.StreamWorkflowExecutionLogsResponse, error) bool) {
		reader := logReader{service: c.service, request: proto.CloneOf(request), steps: map[logStep]*logPosition{}, yield: yield}
		if err := resume(ctx, c.retries, &reader); err != nil && !errors.Is(err, errLeft) {
			yield(nil, err)
		}
	}
}

// logReader is the position in the log of an execution.
type logReader struct {
	service workflowexecutionv1.WorkflowExecutionServiceClient
	request *workflowexecutionv1.StreamWorkflowExecutionLogsRequest
	steps   map[logStep]*logPosition
	yield   func(*workflowexecutionv1.StreamWorkflowExecutionLogsResponse, error) bool
}

// logStep is a step, whose lines arrive in order. Notes of the service have no step and are identified by their text.
type logStep struct {
	pod, step, note string
}

// logPosition is the position in the log of a step: behind the first count lines of a time.
type logPosition struct {
	time  time.Time
	count int
	// isPast is whether the stream has passed the position since it was opened, and repeated how many lines of its time
	// have arrived since.
	isPast   bool
	repeated int
}

func (r *logReader) open(
	ctx context.Context,
) (grpc.ServerStreamingClient[workflowexecutionv1.StreamWorkflowExecutionLogsResponse], error) {
	for _, position := range r.steps {
		position.isPast, position.repeated = false, 0
		since := timestamppb.New(position.time.Add(-resumeMargin))
		if r.request.GetSince() == nil || since.AsTime().After(r.request.GetSince().AsTime()) {
			r.request.Since = since
		}
	}
	return r.service.StreamWorkflowExecutionLogs(ctx, r.request)
}

// receive yields a line, unless it is a keep-alive or was received before.
func (r *logReader) receive(line *workflowexecutionv1.StreamWorkflowExecutionLogsResponse) bool {
	if line.GetTime() == nil {
		return true
	}
	step := logStep{pod: line.GetPod(), step: line.GetStep()}
	if step.step == "" {
		step.note = line.GetText()
	}
	position, isKnown := r.steps[step]
	if !isKnown {
		position = &logPosition{isPast: true}
		r.steps[step] = position
	}
	isNew := position.accept(line.GetTime().AsTime())
	if isKnown && step.note != "" {
		isNew = false
	}
	return !isNew || r.yield(line, nil)
}

// accept returns whether a line is new, and moves the position behind it if so. The clock of a node may be set back, so
// that only lines before the position count as repeated.
func (p *logPosition) accept(at time.Time) bool {
	if !p.isPast && !p.isNew(at) {
		return false
	}
	p.isPast = true
	if !at.Equal(p.time) {
		p.time, p.count = at, 0
	}
	p.count++
	return true
}

func (p *logPosition) isNew(at time.Time) bool {
	if at.Equal(p.time) {
		p.repeated++
		return p.repeated > p.count
	}
	return at.After(p.time)
}

func (r *logReader) ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
