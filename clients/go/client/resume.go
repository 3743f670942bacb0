package client

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// silenceTimeout is three times streamKeepAliveMs of the service (src/config/limits.ts).
const silenceTimeout = 45 * time.Second

var (
	errSilent = status.Error(codes.Unavailable, "the stream has been silent for too long")
	// errLeft means that the caller has left its loop.
	errLeft = errors.New("left")
)

// resumable is a stream that can be opened again behind what was received.
type resumable[T any] interface {
	open(ctx context.Context) (grpc.ServerStreamingClient[T], error)
	// receive handles a message; returns false if the caller has left its loop.
	receive(message *T) bool
	// ended returns what the end of the stream means: it is opened again after a transient error, and complete if nil.
	ended(err error) error
}

// resume reads a stream, and opens it again after each break. It returns nil if the stream is complete, errLeft, why it has
// ended for good, or InterruptedError.
func resume[T any](ctx context.Context, retries *retries, stream resumable[T]) error {
	var last error
	attempts := attempts{closed: retries.closed}
	for {
		hasReceived, err := read(ctx, stream)
		if errors.Is(err, errLeft) {
			return err
		}
		if hasReceived {
			attempts.failed, attempts.broken = 0, 0
		}
		if err = stream.ended(err); err == nil {
			return nil
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		if hasReceived && status.Code(last) == codes.Unauthenticated {
			// The token has expired. The next attempt sends its successor.
			last = status.Error(codes.Unavailable, last.Error())
		}
		if err := attempts.pause(ctx, last); err != nil {
			return err
		}
	}
}

// read reads a stream to its end; returns whether a message arrived.
func read[T any](ctx context.Context, stream resumable[T]) (hasReceived bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(silenceTimeout, func() { cancel(errSilent) })
	defer silence.Stop()
	opened, err := stream.open(ctx)
	for err == nil {
		var message *T
		if message, err = opened.Recv(); err != nil {
			break
		}
		hasReceived = true
		// The caller may take its time.
		silence.Stop()
		if !stream.receive(message) {
			return true, errLeft
		}
		silence.Reset(silenceTimeout)
	}
	if errors.Is(context.Cause(ctx), errSilent) {
		err = errSilent
	}
	return hasReceived, err
}
