package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync/atomic"
)

// cutter cuts each connection after a random number of bytes in both directions, in the middle of a message.
type cutter struct {
	maxBytes int64
	seed     uint64
	dialed   atomic.Uint64
	count    atomic.Int64
}

func (c *cutter) dial(ctx context.Context, address string) (net.Conn, error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil || c.maxBytes == 0 {
		return connection, err
	}
	cut := &cutConn{Conn: connection, cutter: c}
	cut.left.Store(rand.New(rand.NewPCG(c.seed, c.dialed.Add(1))).Int64N(c.maxBytes))
	return cut, nil
}

var errCut = errors.New("the connection was cut")

type cutConn struct {
	net.Conn
	cutter *cutter
	left   atomic.Int64
	isCut  atomic.Bool
}

// Read implements net.Conn. The message in which the connection is cut is lost.
func (c *cutConn) Read(buffer []byte) (int, error) {
	n, err := c.Conn.Read(buffer)
	if c.left.Add(int64(-n)) < 0 {
		return 0, c.cut()
	}
	return n, err
}

// Write implements net.Conn. The service receives the beginning of the message in which the connection is cut.
func (c *cutConn) Write(buffer []byte) (int, error) {
	if missing := int(-c.left.Add(int64(-len(buffer)))); missing > 0 {
		_, _ = c.Conn.Write(buffer[:max(0, len(buffer)-missing)])
		return 0, c.cut()
	}
	return c.Conn.Write(buffer)
}

func (c *cutConn) cut() error {
	if !c.isCut.Swap(true) {
		c.cutter.count.Add(1)
	}
	_ = c.Conn.Close()
	return errCut
}
