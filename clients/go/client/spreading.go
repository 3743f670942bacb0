package client

import (
	"fmt"

	"google.golang.org/grpc/balancer"
	"google.golang.org/grpc/balancer/base"
	"google.golang.org/grpc/balancer/roundrobin"
	"google.golang.org/grpc/connectivity"
)

// spreading is round_robin with calls that fail with the error of the name resolver, as those of pick_first do. Those of
// round_robin fail with "no children to pick from".
const spreading = "workflow_execution_round_robin"

func init() {
	balancer.Register(spreadingBuilder{balancer.Get(roundrobin.Name)})
}

type spreadingBuilder struct{ balancer.Builder }

func (spreadingBuilder) Name() string { return spreading }

func (b spreadingBuilder) Build(connection balancer.ClientConn, options balancer.BuildOptions) balancer.Balancer {
	return &spreadingBalancer{Balancer: b.Builder.Build(connection, options), connection: connection}
}

type spreadingBalancer struct {
	balancer.Balancer
	connection balancer.ClientConn
	isResolved bool
}

func (b *spreadingBalancer) UpdateClientConnState(state balancer.ClientConnState) error {
	b.isResolved = true
	return b.Balancer.UpdateClientConnState(state)
}

func (b *spreadingBalancer) ResolverError(err error) {
	b.Balancer.ResolverError(err)
	if !b.isResolved {
		b.connection.UpdateState(balancer.State{
			ConnectivityState: connectivity.TransientFailure,
			Picker:            base.NewErrPicker(fmt.Errorf("name resolver error: %w", err)),
		})
	}
}
