//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// enter runs a command in the mount and process namespace of the given process.
func enter(pid string, command []string) (int, error) {
	mounts, err := os.Open("/proc/" + pid + "/ns/mnt")
	if err != nil {
		return 1, err
	}
	processes, err := os.Open("/proc/" + pid + "/ns/pid")
	if err != nil {
		return 1, err
	}
	root, err := os.Open("/proc/" + pid + "/root")
	if err != nil {
		return 1, err
	}
	// Only a thread that shares its root and working directory with no other may change its mount namespace.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return 1, fmt.Errorf("unsharing the working directory: %w", err)
	}
	if err := unix.Setns(int(mounts.Fd()), unix.CLONE_NEWNS); err != nil {
		return 1, fmt.Errorf("entering the mount namespace of %s: %w", pid, err)
	}
	// The root of a mount namespace is not that of its processes when these were started in a chroot.
	if err := errors.Join(unix.Fchdir(int(root.Fd())), unix.Chroot("."), unix.Chdir("/")); err != nil {
		return 1, fmt.Errorf("entering the root directory of %s: %w", pid, err)
	}
	if err := unix.Setns(int(processes.Fd()), unix.CLONE_NEWPID); err != nil {
		return 1, fmt.Errorf("entering the process namespace of %s: %w", pid, err)
	}
	return superviseInside(command)
}

// superviseInside starts the command by way of `sandbox become`. Go's own Pdeathsig cannot be used here: it takes a
// parent of another process namespace, which getppid shows as 0, for a dead one.
func superviseInside(command []string) (int, error) {
	alive, aliveWriter, err := os.Pipe()
	if err != nil {
		return 1, err
	}
	defer aliveWriter.Close() // held open as long as this process lives
	inside := exec.Command("/proc/self/exe", append([]string{"become"}, command...)...)
	inside.ExtraFiles = []*os.File{alive}
	return supervise(inside, func(*os.Process) error { return alive.Close() })
}

// become turns this process into the command, and has the kernel kill it when the one that started it dies. Descriptor
// 3 is a pipe from that one: it tells whether that has happened already.
func become(command []string) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	parent := []unix.PollFd{{Fd: 3, Events: unix.POLLIN}}
	if _, err := unix.Poll(parent, 0); err == nil && parent[0].Revents != 0 {
		return errors.New("the process that started this one has ended")
	}
	unix.CloseOnExec(3)
	path, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	return unix.Exec(path, command, os.Environ())
}
