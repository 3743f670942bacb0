//go:build linux

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// hold makes the namespaces and stays until their first process ends.
func hold(pidFile, directory string) (int, error) {
	ready, readyWriter, err := os.Pipe()
	if err != nil {
		return 1, err
	}
	first := exec.Command("/proc/self/exe", "first-process", directory)
	first.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS,
		Pdeathsig:  syscall.SIGKILL,
	}
	first.ExtraFiles = []*os.File{readyWriter}
	return supervise(first, func(process *os.Process) error {
		readyWriter.Close()
		if _, err := bufio.NewReader(ready).ReadByte(); err != nil {
			return fmt.Errorf("the namespaces were not set up: %w", err)
		}
		return writeWhole(pidFile, strconv.Itoa(process.Pid))
	})
}

// writeWhole makes a file appear with its whole content, never with a part of it.
func writeWhole(path, content string) error {
	if err := os.WriteFile(path+".new", []byte(content), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// firstProcess is process 1 of the namespaces: it sets up the mounts, says so on descriptor 3, and reaps orphans.
// When it ends, the kernel ends every process of the namespace, and the mounts go with the last of them.
func firstProcess(directory string) error {
	if err := setUpMounts(directory); err != nil {
		return err
	}
	ready := os.NewFile(3, "ready")
	if _, err := ready.Write([]byte{'\n'}); err != nil {
		return err
	}
	ready.Close()
	return reapUntilTold()
}

func reapUntilTold() error {
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, unix.SIGCHLD, unix.SIGTERM, unix.SIGINT, unix.SIGHUP)
	for received := range signals {
		if received != unix.SIGCHLD {
			return nil
		}
		for {
			pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
			if pid <= 0 && err != unix.EINTR {
				break
			}
		}
	}
	return nil
}
