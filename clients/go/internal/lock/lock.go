// Package lock reads target locks: the Leases of the service (src/locking/lock-lease.ts).
package lock

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

// Selector selects the Leases that are target locks.
const Selector = "kubernaut.ai/lock=target-resource"

const (
	targetAnnotation    = "kubernaut.ai/target-resource"
	cooldownsAnnotation = "kubernaut.ai/cooldowns"
)

// Name returns the name of the Lease of a target in its canonical form.
func Name(target string) string {
	sum := sha256.Sum256([]byte(target))
	return "wfe-target-" + hex.EncodeToString(sum[:16])
}

// Execution identifies an execution.
type Execution struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
}

// Cooldown is the end of an execution, after which its workflow does not run again on the target for a while.
type Cooldown struct {
	WorkflowID     string    `json:"workflowId"`
	Execution      Execution `json:"execution"`
	CompletionTime time.Time `json:"completionTime"`
}

// Until is when the cooldown ends if it lasts this long.
func (c Cooldown) Until(length time.Duration) time.Time {
	return c.CompletionTime.Add(length)
}

// Lock is the state of a target.
type Lock struct {
	Target string
	// Holder is the execution that has the target; nil if it is free.
	Holder *Execution
	// HolderWorkflowID is the workflow of the holder; empty if the holder cannot be read.
	HolderWorkflowID string
	// Since is when the holder acquired the target; zero if that is unknown.
	Since time.Time
	// Note says what is unusual about the holder.
	Note      string
	Cooldowns []Cooldown
}

// Parse reads a Lease. It fails if the Lease has content that the service does not write.
func Parse(lease *coordinationv1.Lease) (*Lock, error) {
	lock := &Lock{Target: lease.Annotations[targetAnnotation]}
	if identity := lease.Spec.HolderIdentity; identity != nil && *identity != "" {
		parts := strings.Split(*identity, "/")
		if len(parts) != 3 {
			return nil, fmt.Errorf("lease %s/%s: invalid holder %q", lease.Namespace, lease.Name, *identity)
		}
		lock.Holder = &Execution{Namespace: parts[0], Name: parts[1], UID: parts[2]}
		if lease.Spec.AcquireTime != nil {
			lock.Since = lease.Spec.AcquireTime.Time
		}
	}
	if text, ok := lease.Annotations[cooldownsAnnotation]; ok {
		if err := json.Unmarshal([]byte(text), &lock.Cooldowns); err != nil {
			return nil, fmt.Errorf("lease %s/%s: invalid annotation %s: %w", lease.Namespace, lease.Name, cooldownsAnnotation, err)
		}
	}
	return lock, nil
}

// Resolve applies the end of the holder: the service leaves an execution that has ended in its Lease, and counts it as
// no holder. Then its cooldown is not in the Lease either.
//
// get reads an execution. Without the right to read it, the holder stays, with a note.
func (l *Lock) Resolve(get func(namespace, name string) (*v1alpha1.WorkflowExecution, error)) error {
	if l.Holder == nil {
		return nil
	}
	execution, err := get(l.Holder.Namespace, l.Holder.Name)
	switch {
	case apierrors.IsForbidden(err):
		l.Note = "or has ended: not readable"
		return nil
	case apierrors.IsNotFound(err), err == nil && string(execution.UID) != l.Holder.UID:
		l.Note = "deleted"
		return nil
	case err != nil:
		return err
	}
	status := &execution.Status
	if !status.Phase.IsFinal() {
		l.HolderWorkflowID = execution.Spec.WorkflowRef.WorkflowID
		return nil
	}
	if status.StepsRan() && status.CompletionTime != nil {
		l.Cooldowns = append(l.Cooldowns, Cooldown{execution.Spec.WorkflowRef.WorkflowID, *l.Holder, status.CompletionTime.Time})
	}
	l.Holder, l.Since = nil, time.Time{}
	return nil
}
