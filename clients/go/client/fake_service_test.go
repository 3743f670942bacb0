package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// fakeService keeps the promises of docs/api.md: request ids, resource versions, bookmarks, errors with details, shutdown.
type fakeService struct {
	workflowexecutionv1.UnimplementedWorkflowExecutionServiceServer

	mutex      sync.Mutex
	version    int64
	compacted  int64
	executions map[string]*workflowexecutionv1.WorkflowExecution
	// requests are the creates by parent and request id.
	requests map[string]*workflowexecutionv1.CreateWorkflowExecutionRequest
	deleted  []*workflowexecutionv1.WatchWorkflowExecutionsResponse
	changed  chan struct{}
	draining chan struct{}
	// token is the one that is valid; empty if callers are not authenticated.
	token string
	// fail is called before and after each call has its effect; the call fails with the error.
	fail func(method string, isAfter bool) error
	// laggingAt is the resource version at which the replica that serves watches has stopped; 0 if it is up to date.
	laggingAt int64
	// onFirstEvent ends the next watch after its first event, and is called then.
	onFirstEvent func()
	// ends is the status of new executions; nil for none.
	ends *workflowexecutionv1.WorkflowExecutionStatus
	// calls are the names of the methods that were called.
	calls []string
	// log are the lines that StreamWorkflowExecutionLogs sends.
	log []*workflowexecutionv1.StreamWorkflowExecutionLogsResponse
	// since are the times from which logs were requested.
	since []time.Time
	// breakAfter ends each stream of logs after this number of lines; 0 for never.
	breakAfter int
}

func newFakeService() *fakeService {
	return &fakeService{
		version:    100,
		executions: map[string]*workflowexecutionv1.WorkflowExecution{},
		requests:   map[string]*workflowexecutionv1.CreateWorkflowExecutionRequest{},
		changed:    make(chan struct{}),
		draining:   make(chan struct{}),
		fail:       func(string, bool) error { return nil },
	}
}

// serve serves until the end of the test, and returns how to dial.
func serve(t testing.TB, service *fakeService, transport credentials.TransportCredentials) grpc.DialOption {
	dial := listen(t, service, transport)
	return grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return dial(ctx) })
}

// listen serves until the end of the test, and returns how to connect.
func listen(t testing.TB, service *fakeService, transport credentials.TransportCredentials) func(context.Context) (net.Conn, error) {
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(
		grpc.Creds(transport),
		grpc.WaitForHandlers(true),
		// docs/api.md recommends pings that the default forbids.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second}),
		grpc.UnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			if err := service.admit(ctx, info.FullMethod); err != nil {
				return nil, err
			}
			response, err := handle(ctx, request)
			if failure := service.fail(methodOf(info.FullMethod), true); failure != nil {
				return nil, failure
			}
			return response, err
		}),
		grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
			if err := service.admit(stream.Context(), info.FullMethod); err != nil {
				return err
			}
			return handle(srv, stream)
		}),
	)
	workflowexecutionv1.RegisterWorkflowExecutionServiceServer(server, service)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		server.Stop()
		<-ended
	})
	return listener.DialContext
}

// newClient returns a client of the service, without TLS.
func newClient(t testing.TB, service *fakeService, options client.Options) *client.Client {
	t.Helper()
	options.Target, options.Plaintext = "passthrough:///fake", true
	options.DialOptions = append(options.DialOptions, serve(t, service, insecure.NewCredentials()))
	c, err := client.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// A test may have closed it.
		_ = c.Close()
	})
	return c
}

func methodOf(fullMethod string) string {
	return fullMethod[strings.LastIndex(fullMethod, "/")+1:]
}

func (s *fakeService) admit(ctx context.Context, fullMethod string) error {
	s.mutex.Lock()
	s.calls = append(s.calls, methodOf(fullMethod))
	s.mutex.Unlock()
	if err := s.authenticate(ctx); err != nil {
		return err
	}
	return s.fail(methodOf(fullMethod), false)
}

func (s *fakeService) authenticate(ctx context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.token == "" || slices.Equal(metadata.ValueFromIncomingContext(ctx, "authorization"), []string{"Bearer " + s.token}) {
		return nil
	}
	return failure(codes.Unauthenticated, "UNAUTHENTICATED", "the token is not valid for this service")
}

func (s *fakeService) CreateWorkflowExecution(
	_ context.Context, request *workflowexecutionv1.CreateWorkflowExecutionRequest,
) (*workflowexecutionv1.CreateWorkflowExecutionResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case !regexp.MustCompile(`^namespaces/[a-z0-9-]+$`).MatchString(request.GetParent()):
		return nil, invalid("parent", "must be namespaces/{namespace}")
	case !regexp.MustCompile(`^[A-Za-z0-9._-]{0,64}$`).MatchString(request.GetRequestId()):
		return nil, invalid("request_id", "must be 1 to 64 letters, digits, '-', '_' and '.'")
	case request.GetWorkflowExecution().GetSpec().GetTargetResource() == "":
		return nil, invalid("workflow_execution.spec.target_resource", "is required")
	}
	id := request.GetParent() + "/" + request.GetRequestId()
	if earlier := s.requests[id]; request.GetRequestId() != "" && earlier != nil {
		if existing := s.executions[earlier.GetWorkflowExecution().GetName()]; existing != nil {
			if !proto.Equal(earlier.GetWorkflowExecution().GetSpec(), request.GetWorkflowExecution().GetSpec()) {
				return nil, failure(codes.AlreadyExists, "REQUEST_ID_REUSED", "the request id was used for another request")
			}
			return &workflowexecutionv1.CreateWorkflowExecutionResponse{WorkflowExecution: proto.CloneOf(existing)}, nil
		}
	}
	execution := proto.CloneOf(request.GetWorkflowExecution())
	execution.Name = fmt.Sprintf("%s/workflowExecutions/wfe-%s", request.GetParent(), request.GetRequestId())
	execution.Uid = fmt.Sprintf("uid-%d", s.version)
	execution.Status = s.ends
	s.requests[id] = &workflowexecutionv1.CreateWorkflowExecutionRequest{WorkflowExecution: execution}
	s.put(execution)
	return &workflowexecutionv1.CreateWorkflowExecutionResponse{WorkflowExecution: proto.CloneOf(s.executions[execution.Name])}, nil
}

func (s *fakeService) CancelWorkflowExecution(
	_ context.Context, request *workflowexecutionv1.CancelWorkflowExecutionRequest,
) (*workflowexecutionv1.CancelWorkflowExecutionResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	execution := proto.CloneOf(s.executions[request.GetName()])
	switch {
	case execution == nil:
		return nil, failure(codes.NotFound, "NOT_FOUND", request.GetName()+" does not exist")
	case execution.GetStatus().GetOutcome() != workflowexecutionv1.Outcome_OUTCOME_UNSPECIFIED:
		return nil, failure(codes.FailedPrecondition, "FAILED_PRECONDITION", request.GetName()+" has finished")
	}
	execution.Spec.CancelRequested = true
	execution.Spec.CancelMode = request.GetMode()
	s.put(execution)
	return &workflowexecutionv1.CancelWorkflowExecutionResponse{WorkflowExecution: proto.CloneOf(execution)}, nil
}

func (s *fakeService) WatchWorkflowExecutions(
	request *workflowexecutionv1.WatchWorkflowExecutionsRequest,
	stream grpc.ServerStreamingServer[workflowexecutionv1.WatchWorkflowExecutionsResponse],
) error {
	position, isSynced := int64(0), false
	if request.GetResourceVersion() != "" {
		var err error
		if position, err = strconv.ParseInt(request.GetResourceVersion(), 10, 64); err != nil {
			return invalid("resource_version", "must be that of an event")
		}
	}
	if request.GetWorkflowExecutionId() != "" && strings.HasSuffix(request.GetParent(), "/-") {
		return invalid("parent", "must be one namespace if a name is given")
	}
	send := func(event *workflowexecutionv1.WatchWorkflowExecutionsResponse) error {
		event.ResourceVersion = strconv.FormatInt(position, 10)
		return stream.Send(event)
	}
	s.mutex.Lock()
	draining := s.draining
	s.mutex.Unlock()
	for {
		events, version, changed, err := s.changesSince(request, position)
		if err != nil {
			return err
		}
		for _, event := range events {
			position, _ = strconv.ParseInt(event.GetResourceVersion(), 10, 64)
			if err := send(event); err != nil {
				return err
			}
			if act := s.onFirstEvent; act != nil {
				s.onFirstEvent = nil
				act()
				return shuttingDown()
			}
		}
		position = version
		if !isSynced {
			isSynced = true
			if err := send(&workflowexecutionv1.WatchWorkflowExecutionsResponse{
				Type: workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_SYNCED,
			}); err != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-time.After(15 * time.Second):
			if err := send(&workflowexecutionv1.WatchWorkflowExecutionsResponse{
				Type: workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_BOOKMARK,
			}); err != nil {
				return err
			}
		case <-draining:
			return shuttingDown()
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
		if err := s.authenticate(stream.Context()); err != nil {
			return err
		}
		if err := s.fail("watching", false); err != nil {
			if errors.Is(err, errComplete) {
				return nil
			}
			return err
		}
	}
}

// changesSince returns the states and deletions after a resource version, the current one, and what the next change closes.
func (s *fakeService) changesSince(
	request *workflowexecutionv1.WatchWorkflowExecutionsRequest, position int64,
) ([]*workflowexecutionv1.WatchWorkflowExecutionsResponse, int64, chan struct{}, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	version := s.version
	if s.laggingAt > 0 {
		version = s.laggingAt
	}
	if position > s.version || request.GetResourceVersion() != "" && position < s.compacted {
		return nil, 0, nil, failure(codes.OutOfRange, "POSITION_EXPIRED", "the changes since this resource version are no longer available")
	}
	var events []*workflowexecutionv1.WatchWorkflowExecutionsResponse
	for _, execution := range s.executions {
		events = append(events, &workflowexecutionv1.WatchWorkflowExecutionsResponse{
			Type:              workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_UPDATED,
			WorkflowExecution: proto.CloneOf(execution),
			ResourceVersion:   execution.GetResourceVersion(),
		})
	}
	if position > 0 {
		for _, event := range s.deleted {
			events = append(events, proto.CloneOf(event))
		}
	}
	versionOf := func(event *workflowexecutionv1.WatchWorkflowExecutionsResponse) int64 {
		version, _ := strconv.ParseInt(event.GetResourceVersion(), 10, 64)
		return version
	}
	events = slices.DeleteFunc(events, func(event *workflowexecutionv1.WatchWorkflowExecutionsResponse) bool {
		parent, id, _ := strings.Cut(event.GetWorkflowExecution().GetName(), "/workflowExecutions/")
		isWanted := (request.GetParent() == "namespaces/-" || request.GetParent() == parent) &&
			(request.GetWorkflowExecutionId() == "" || request.GetWorkflowExecutionId() == id)
		return !isWanted || versionOf(event) <= position || versionOf(event) > version
	})
	slices.SortFunc(events, func(a, b *workflowexecutionv1.WatchWorkflowExecutionsResponse) int {
		return int(versionOf(a) - versionOf(b))
	})
	return events, version, s.changed, nil
}

func (s *fakeService) StreamWorkflowExecutionLogs(
	request *workflowexecutionv1.StreamWorkflowExecutionLogsRequest,
	stream grpc.ServerStreamingServer[workflowexecutionv1.StreamWorkflowExecutionLogsResponse],
) error {
	s.since = append(s.since, request.GetSince().AsTime())
	sent := 0
	for _, line := range s.log {
		if request.GetSince() != nil && line.GetTime().AsTime().Before(request.GetSince().AsTime()) {
			continue
		}
		if line.GetStep() == "" && line.GetText() != "" {
			// Notes have the time at which they are sent.
			line = proto.CloneOf(line)
			line.Time = timestamppb.New(line.GetTime().AsTime().Add(time.Duration(len(s.since))))
		}
		if err := stream.Send(line); err != nil {
			return err
		}
		if sent++; sent == s.breakAfter {
			s.breakAfter *= 2
			return shuttingDown()
		}
	}
	return nil
}

// put stores an execution under a new resource version. The mutex is held.
func (s *fakeService) put(execution *workflowexecutionv1.WorkflowExecution) {
	s.version++
	execution.ResourceVersion = strconv.FormatInt(s.version, 10)
	s.executions[execution.GetName()] = execution
	close(s.changed)
	s.changed = make(chan struct{})
}

// update changes an execution as the controller does.
func (s *fakeService) update(name string, status *workflowexecutionv1.WorkflowExecutionStatus) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	execution := proto.CloneOf(s.executions[name])
	execution.Status = status
	s.put(execution)
}

// replace deletes an execution and creates another one of the same name; only the latter is seen.
func (s *fakeService) replace(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	successor := proto.CloneOf(s.executions[name])
	successor.Uid = "another"
	s.put(successor)
}

// delete deletes an execution.
func (s *fakeService) delete(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.version++
	s.deleted = append(s.deleted, &workflowexecutionv1.WatchWorkflowExecutionsResponse{
		Type:              workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_DELETED,
		WorkflowExecution: s.executions[name],
		ResourceVersion:   strconv.FormatInt(s.version, 10),
	})
	delete(s.executions, name)
	close(s.changed)
	s.changed = make(chan struct{})
}

// compact forgets the deletions so far, as a restarted replica does; positions before expire.
func (s *fakeService) compact() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.version++
	s.compacted = s.version
	s.deleted = nil
}

// lagAt makes the replica that serves watches stop at a resource version; 0 lets it catch up.
func (s *fakeService) lagAt(version int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.laggingAt = version
	close(s.changed)
	s.changed = make(chan struct{})
}

// errComplete makes the service complete a watch.
var errComplete = errors.New("complete")

// rotateToken makes another token the valid one.
func (s *fakeService) rotateToken(token string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.token = token
	close(s.changed)
	s.changed = make(chan struct{})
}

// restart ends the streams as a replica that shuts down does; another replica takes over.
func (s *fakeService) restart() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	close(s.draining)
	s.draining = make(chan struct{})
}

// countOf returns how often a method was called.
func (s *fakeService) countOf(method string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(slices.DeleteFunc(slices.Clone(s.calls), func(call string) bool { return call != method }))
}

func shuttingDown() error {
	return failure(codes.Unavailable, "UNAVAILABLE", "this replica is shutting down", retryInfo(0))
}

func invalid(field, rule string) error {
	violation := &errdetails.BadRequest_FieldViolation{Field: field, Description: rule}
	return failure(codes.InvalidArgument, "INVALID_ARGUMENT", field+": "+rule,
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{violation}})
}

func retryInfo(delay time.Duration) *errdetails.RetryInfo {
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)}
}

// failure is an error with details as the service sends it.
func failure(code codes.Code, reason, message string, details ...protoadapt.MessageV1) error {
	info := &errdetails.ErrorInfo{Reason: reason, Domain: "workflowexecution.kubernaut.ai"}
	with, err := status.New(code, message).WithDetails(append([]protoadapt.MessageV1{info}, details...)...)
	if err != nil {
		panic(err)
	}
	return with.Err()
}
