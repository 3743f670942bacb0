//go:build linux

// Command sandbox gives the node of a local cluster (containerd, kubelet and every container) a process and mount
// namespace of its own, so that ending one process ends and unmounts all of it, whoever dies first and however.
//
//	sandbox hold PIDFILE DIRECTORY          makes the namespaces, in which the directory is seen as /run/wfe-node;
//	                                        writes the pid of their first process, stays
//	sandbox enter PID COMMAND [ARGUMENT...] runs a command in them; it dies with this process, signals are passed on
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// The parent-death signal and setns are matters of one thread, so main stays on the first one.
func init() { runtime.LockOSThread() }

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		code = 1
	}
	os.Exit(code)
}

func run(arguments []string) (int, error) {
	switch {
	case len(arguments) == 3 && arguments[0] == "hold":
		return hold(arguments[1], arguments[2])
	case len(arguments) == 2 && arguments[0] == "first-process":
		return 0, firstProcess(arguments[1])
	case len(arguments) >= 3 && arguments[0] == "enter":
		return enter(arguments[1], arguments[2:])
	case len(arguments) >= 2 && arguments[0] == "become":
		return 1, become(arguments[1:])
	}
	return 2, errors.New("usage: sandbox hold PIDFILE DIRECTORY | sandbox enter PID COMMAND [ARGUMENT...]")
}

// supervise starts a command, passes termination signals on, and returns its exit code. started is called with the
// running process before its end is awaited.
func supervise(command *exec.Cmd, started func(*os.Process) error) (int, error) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		return 1, err
	}
	if err := started(command.Process); err != nil {
		_ = command.Process.Kill()
		return 1, err
	}
	go func() {
		for received := range signals {
			_ = command.Process.Signal(received)
		}
	}()
	if err := command.Wait(); err != nil && command.ProcessState == nil {
		return 1, err
	}
	return command.ProcessState.ExitCode(), nil
}
