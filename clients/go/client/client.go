// Package client calls the WorkflowExecution service over gRPC as a careful caller does: it sends a token that is rotated,
// retries what can succeed, and resumes watches and logs at another replica without gaps.
package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"

	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// Options says where the service is and how to connect.
type Options struct {
	// Target is a gRPC target (https://github.com/grpc/grpc/blob/master/doc/naming.md), such as host:port. Calls are
	// spread over all addresses that it resolves to.
	Target string
	// TokenFile has the caller's token, such as a projected ServiceAccount token for the audience workflow-execution. It
	// is read for each call. Without it, calls are anonymous.
	TokenFile string
	// CAFile has the CA certificates of the service in PEM. It is read for each connection. Without it, those of the
	// system count.
	CAFile string
	// ServerName is the name in the certificate of the service, if it is not the host of the target.
	ServerName string
	// CertFile and KeyFile have a client certificate, which services with WFE_TLS_CLIENT_CA_FILE require. They are read
	// for each connection.
	CertFile, KeyFile string
	// Plaintext turns TLS off: the token crosses the network unencrypted.
	Plaintext bool
	// DialOptions are added to those of the client, for example to trace calls.
	DialOptions []grpc.DialOption
}

// Client is a client of the service. It is safe for concurrent use; one is enough for a program.
type Client struct {
	service workflowexecutionv1.WorkflowExecutionServiceClient
	retries *retries
	// close closes the client once.
	close func() error
}

// New returns a client, which connects with the first call.
func New(options Options) (*Client, error) {
	if options.Target == "" {
		return nil, errors.New("target: must be set")
	}
	transport, err := transportCredentials(options)
	if err != nil {
		return nil, err
	}
	retries := &retries{closed: make(chan struct{})}
	dialOptions := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		// Any replica can answer any call.
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"` + spreading + `": {}}]}`),
		grpc.WithDisableServiceConfig(),
		// Notices lost nodes, and reconnects soon after an outage.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 5 * time.Second}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: maxBackoff},
			MinConnectTimeout: maxBackoff,
		}),
		grpc.WithChainUnaryInterceptor(retries.unary),
	}
	if options.TokenFile != "" {
		dialOptions = append(dialOptions, grpc.WithPerRPCCredentials(tokenFile{options.TokenFile, !options.Plaintext}))
	}
	connection, err := grpc.NewClient(options.Target, append(dialOptions, options.DialOptions...)...)
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", options.Target, err)
	}
	service := workflowexecutionv1.NewWorkflowExecutionServiceClient(connection)
	return &Client{service, retries, sync.OnceValue(func() error {
		close(retries.closed)
		return connection.Close()
	})}, nil
}

// Close ends all calls with CANCELLED. Further calls of Close have no effect.
func (c *Client) Close() error {
	return c.close()
}

// Service returns the generated client on the same connection. Its unary calls are retried until the context ends, then
// they fail with [InterruptedError]; a create only if it has a request id: another error says that it has created nothing.
// Its streams are not resumed.
func (c *Client) Service() workflowexecutionv1.WorkflowExecutionServiceClient {
	return c.service
}

// Cancel requests the cancellation of an execution and returns its state; it does not wait for the end. name is the
// resource name, namespaces/{namespace}/workflowExecutions/{id}. A finished execution is FAILED_PRECONDITION.
func (c *Client) Cancel(
	ctx context.Context, name string, mode workflowexecutionv1.CancelMode,
) (*workflowexecutionv1.WorkflowExecution, error) {
	request := &workflowexecutionv1.CancelWorkflowExecutionRequest{Name: name, Mode: mode}
	response, err := c.service.CancelWorkflowExecution(ctx, request)
	if err != nil {
		return nil, err
	}
	return response.GetWorkflowExecution(), nil
}
