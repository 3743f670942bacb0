// Runs executions through the Go client and prints how each ended, as lines of JSON. Lines on its standard input are the
// current addresses of the replicas, separated by commas; at the end of the input no more executions are started.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

var (
	addresses   = flag.String("addresses", "", "host:port of each replica, separated by commas")
	tokenFile   = flag.String("token-file", "", "the caller's token")
	namespace   = flag.String("namespace", "default", "namespace of the executions")
	image       = flag.String("image", "", "bundle of the workflow")
	runs        = flag.Int64("runs", math.MaxInt64, "number of calls of Run")
	ids         = flag.Int64("ids", math.MaxInt64, "number of request ids, which are used in turn")
	concurrency = flag.Int("concurrency", 1, "calls of Run at a time")
	cutBytes    = flag.Int64("cut-bytes", 0, "connections are cut after a random number of bytes below this; 0 for never")
	seed        = flag.Uint64("seed", 0, "of the cuts")
	timeout     = flag.Duration("timeout", 10*time.Minute, "of all calls together")
)

// result is how a call of Run has ended.
type result struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	UID   string `json:"uid,omitempty"`
	Phase string `json:"phase,omitempty"`
	Error string `json:"error,omitempty"`
}

// summary is the last line.
type summary struct {
	// Attempts counts the attempts of unary calls and the streams by gRPC code.
	Attempts map[string]int `json:"attempts"`
	Cuts     int64          `json:"cuts"`
	Seconds  float64        `json:"seconds"`
}

func main() {
	flag.Parse()
	began := time.Now()
	cuts := &cutter{maxBytes: *cutBytes, seed: *seed}
	attempts := &counter{counts: map[string]int{}}
	replicas := manual.NewBuilderWithScheme("replicas")
	replicas.InitialState(resolver.State{Addresses: resolved(*addresses)})
	inputEnded := make(chan struct{})
	go followAddresses(replicas, inputEnded)
	c, err := client.New(client.Options{
		Target: "replicas:///service", TokenFile: *tokenFile, Plaintext: true,
		DialOptions: []grpc.DialOption{
			grpc.WithResolvers(replicas),
			grpc.WithContextDialer(cuts.dial),
			grpc.WithChainUnaryInterceptor(attempts.unary),
			grpc.WithChainStreamInterceptor(attempts.stream),
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, cancel := context.WithTimeout(context.Background(), *timeout)
	defer cancel()
	runAll(ctx, c, inputEnded)
	printLine(summary{attempts.counts, cuts.count.Load(), time.Since(began).Seconds()})
}

func runAll(ctx context.Context, c *client.Client, stop <-chan struct{}) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range *concurrency {
		workers.Go(func() {
			for number := next.Add(1) - 1; number < *runs; number = next.Add(1) - 1 {
				select {
				case <-stop:
					return
				default:
					printLine(run(ctx, c, fmt.Sprintf("request-%d", number%*ids)))
				}
			}
		})
	}
	workers.Wait()
}

func run(ctx context.Context, c *client.Client, id string) result {
	execution, err := c.Run(ctx, &workflowexecutionv1.CreateWorkflowExecutionRequest{
		Parent:    "namespaces/" + *namespace,
		RequestId: id,
		WorkflowExecution: &workflowexecutionv1.WorkflowExecution{Spec: &workflowexecutionv1.WorkflowExecutionSpec{
			RemediationRequestRef: &workflowexecutionv1.RemediationRequestRef{Name: "rr-" + id},
			WorkflowRef:           &workflowexecutionv1.WorkflowRef{WorkflowId: "load", Version: "1.0.0", ContainerImage: *image},
			TargetResource:        *namespace + "/deployment/" + id,
		}},
	})
	if err != nil {
		return result{ID: id, Error: err.Error()}
	}
	return result{ID: id, Name: execution.GetName(), UID: execution.GetUid(), Phase: execution.GetStatus().GetPhase().String()}
}

func resolved(list string) []resolver.Address {
	var result []resolver.Address
	for _, address := range strings.Split(list, ",") {
		result = append(result, resolver.Address{Addr: address})
	}
	return result
}

// followAddresses updates the addresses as the endpoints of a headless Service change.
func followAddresses(replicas *manual.Resolver, ended chan<- struct{}) {
	defer close(ended)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		replicas.UpdateState(resolver.State{Addresses: resolved(lines.Text())})
	}
}

var output sync.Mutex

func printLine(value any) {
	output.Lock()
	defer output.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(value); err != nil {
		panic(err)
	}
}

// counter counts attempts by method and code.
type counter struct {
	mutex  sync.Mutex
	counts map[string]int
}

func (c *counter) add(method string, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts[method[strings.LastIndex(method, "/")+1:]+" "+status.Code(err).String()]++
}

func (c *counter) unary(
	ctx context.Context, method string, request, reply any,
	connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	err := invoke(ctx, method, request, reply, connection, options...)
	c.add(method, err)
	return err
}

func (c *counter) stream(
	ctx context.Context, description *grpc.StreamDesc, connection *grpc.ClientConn, method string,
	open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := open(ctx, description, connection, method, options...)
	if err != nil {
		c.add(method, err)
		return nil, err
	}
	return &countedStream{stream, func(err error) { c.add(method, err) }}, nil
}

type countedStream struct {
	grpc.ClientStream
	ended func(error)
}

func (s *countedStream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	if err != nil && status.Code(err) != codes.Canceled {
		s.ended(err)
	}
	return err
}
