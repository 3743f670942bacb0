package client_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// proxy is an HTTP/2 reverse proxy in front of the service, as Caddy and Traefik are.
type proxy struct {
	mutex sync.Mutex
	// backends are the open connections to the service.
	backends []net.Conn
}

// newProxyClient returns a client that reaches the service through a proxy.
func newProxyClient(t *testing.T, service *fakeService) (*client.Client, *proxy) {
	t.Helper()
	p := &proxy{}
	dial := listen(t, service, insecure.NewCredentials())
	http2 := &http.Protocols{}
	http2.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: http2, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		connection, err := dial(ctx)
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.backends = append(p.backends, connection)
		return connection, err
	}}
	reverse := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "service"})
	reverse.Transport, reverse.FlushInterval, reverse.ErrorLog = transport, -1, log.New(io.Discard, "", 0)
	server := &http.Server{Handler: reverse, Protocols: http2}
	listener := bufconn.Listen(1 << 20)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		transport.CloseIdleConnections()
	})
	c, err := client.New(client.Options{
		Target: "passthrough:///proxy", Plaintext: true,
		DialOptions: []grpc.DialOption{grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return listener.DialContext(ctx)
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, p
}

// cut cuts the connections to the service, as the death of a replica does.
func (p *proxy) cut() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, backend := range p.backends {
		_ = backend.Close()
	}
	p.backends = nil
}

func TestAWatchResumesBehindAProxyThatReportsABreak(t *testing.T) {
	service := newFakeService()
	a := service.add(t, "a")
	c, proxy := newProxyClient(t, service)
	for event, err := range c.Watch(t.Context(), all) {
		if err != nil {
			t.Fatal(err)
		}
		if event.GetType() == workflowexecutionv1.WatchEventType_WATCH_EVENT_TYPE_SYNCED {
			proxy.cut()
			service.update(a, running)
		}
		if event.GetWorkflowExecution().GetStatus().GetPhase() == workflowexecutionv1.Phase_PHASE_RUNNING {
			break
		}
	}
	if got := service.countOf(watch); got < 2 {
		t.Errorf("%d watches, want one that resumes", got)
	}
}
