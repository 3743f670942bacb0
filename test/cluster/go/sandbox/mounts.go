//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// nodeDirectory is where the sandbox sees the node's directory of the cluster: a path that is always short. That of a
// Unix socket ends at 107 bytes, and how long the cluster's own is, is not ours to say.
const nodeDirectory = "/run/wfe-node"

// privateSettings are settings of the whole machine that the kubelet and CNI change. Inside the sandbox each is a plain
// file with the value that the machine has, so that they write there. The price: pods do not reach each other, unless
// the machine forwards packets anyway.
var privateSettings = []string{
	"vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops",
	"kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes", "net/ipv4/ip_forward",
}

// privateDirectories are the places where containerd, its shims, CNI and the kubelet write whatever their configuration
// says. Inside the sandbox each is a directory of its own, so that the machine's is neither used nor left changed.
var privateDirectories = map[string][]string{
	"/run":     {"containerd", "netns", "nri", filepath.Base(nodeDirectory)},
	"/var/lib": {"cni", "kubelet"},
	"/var/log": {"containers", "pods"},
}

func setUpMounts(node string) error {
	// Private: nothing that is mounted from here on is seen outside, and it goes when the namespace goes.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making the mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	for parent, names := range privateDirectories {
		if err := hide(parent, names); err != nil {
			return fmt.Errorf("hiding directories of %s: %w", parent, err)
		}
	}
	if err := unix.Mount(node, nodeDirectory, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mounting %s at %s: %w", node, nodeDirectory, err)
	}
	for _, setting := range privateSettings {
		if err := detach(setting); err != nil {
			return fmt.Errorf("covering the setting %s: %w", setting, err)
		}
	}
	// Pod volumes may ask for propagation between containers; that needs a shared mount, which here is shared with no one.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("sharing the mounts within the sandbox: %w", err)
	}
	return nil
}

// hide covers parent with a tmpfs that shows everything parent has, except for names, which are new and empty. Mounting
// over the names themselves would need them to exist on the machine, and that would leave a trace there.
func hide(parent string, names []string) error {
	original, err := unix.Open(parent, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(original)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", parent, "tmpfs", unix.MS_NOSUID, "mode=0755"); err != nil {
		return err
	}
	hidden := map[string]bool{}
	for _, name := range names {
		hidden[name] = true
		if err := os.Mkdir(filepath.Join(parent, name), 0o755); err != nil {
			return err
		}
	}
	for _, entry := range entries {
		if hidden[entry.Name()] {
			continue
		}
		// Through the descriptor, because the path now leads to the tmpfs.
		source := fmt.Sprintf("/proc/self/fd/%d/%s", original, entry.Name())
		if err := show(source, filepath.Join(parent, entry.Name()), entry); err != nil {
			return fmt.Errorf("%s: %w", entry.Name(), err)
		}
	}
	return nil
}

func show(source, target string, entry os.DirEntry) error {
	switch {
	case entry.Type()&os.ModeSymlink != 0:
		destination, err := os.Readlink(source)
		if err != nil {
			return err
		}
		return os.Symlink(destination, target)
	case entry.IsDir():
		if err := os.Mkdir(target, 0o755); err != nil {
			return err
		}
	default:
		if err := os.WriteFile(target, nil, 0o644); err != nil {
			return err
		}
	}
	err := unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, "")
	if errors.Is(err, unix.ENOENT) { // it has gone since it was listed
		return os.Remove(target)
	}
	return err
}

// detach covers a setting of the machine with a file that has the same content.
func detach(setting string) error {
	path := filepath.Join("/proc/sys", setting)
	value, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	// /run/containerd is private, and containerd leaves files alone that it does not know.
	cover := filepath.Join("/run/containerd", "setting-"+strings.ReplaceAll(setting, "/", "-"))
	if err := os.WriteFile(cover, value, 0o644); err != nil {
		return err
	}
	return unix.Mount(cover, path, "", unix.MS_BIND, "")
}
