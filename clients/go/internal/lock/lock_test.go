package lock

import (
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

func lease(holder, cooldowns string) *coordinationv1.Lease {
	acquired := metav1.NewMicroTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	lease := &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:   "kubernaut-system",
			Name:        "wfe-target-1",
			Annotations: map[string]string{"kubernaut.ai/target-resource": "payment/deployment/api"},
		},
		Spec: coordinationv1.LeaseSpec{AcquireTime: &acquired},
	}
	if holder != "" {
		lease.Spec.HolderIdentity = &holder
	}
	if cooldowns != "" {
		lease.Annotations["kubernaut.ai/cooldowns"] = cooldowns
	}
	return lease
}

func TestName(t *testing.T) {
	if got, want := Name("payment/deployment/payment-api"), "wfe-target-cf0cc089293b1165dbc4751ed596de2a"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParse(t *testing.T) {
	lock, err := Parse(lease("payment/we-1/u1", `[{"workflowId":"restart","repository":"quay.io/a","completionTime":"2026-01-02T03:00:00Z","execution":{"namespace":"payment","name":"we-0","uid":"u0"}}]`))
	if err != nil {
		t.Fatal(err)
	}
	if lock.Target != "payment/deployment/api" || *lock.Holder != (Execution{"payment", "we-1", "u1"}) || lock.Since.Hour() != 3 {
		t.Errorf("got %+v", lock)
	}
	if want := (Cooldown{"restart", Execution{"payment", "we-0", "u0"}, time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)}); len(lock.Cooldowns) != 1 || lock.Cooldowns[0] != want {
		t.Errorf("got %+v, want %+v", lock.Cooldowns, want)
	}
}

func TestParseOfAFreeTarget(t *testing.T) {
	if lock, err := Parse(lease("", "")); err != nil || lock.Holder != nil || len(lock.Cooldowns) > 0 {
		t.Errorf("got %+v, %v", lock, err)
	}
}

func TestParseRefusesWhatTheServiceDoesNotWrite(t *testing.T) {
	for want, lease := range map[string]*coordinationv1.Lease{
		`invalid holder "someone"`:                   lease("someone", ""),
		"invalid annotation kubernaut.ai/cooldowns:": lease("", `{"not":"a list"}`),
	} {
		if _, err := Parse(lease); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestResolve(t *testing.T) {
	holder := Execution{"payment", "we-1", "u1"}
	ended := metav1.NewTime(time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC))
	found := func(uid types.UID, status v1alpha1.WorkflowExecutionStatus) *v1alpha1.WorkflowExecution {
		status.CompletionTime = &ended
		return &v1alpha1.WorkflowExecution{
			ObjectMeta: metav1.ObjectMeta{UID: uid},
			Spec:       v1alpha1.WorkflowExecutionSpec{WorkflowRef: v1alpha1.WorkflowRef{WorkflowID: "restart"}},
			Status:     status,
		}
	}
	for _, test := range []struct {
		name      string
		execution *v1alpha1.WorkflowExecution
		err       error
		isHeld    bool
		note      string
		cooldowns int
	}{
		{"running", found("u1", v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseRunning}), nil, true, "", 0},
		{"completed", found("u1", v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseCompleted}), nil, false, "", 1},
		{"failed without steps", found("u1", v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseFailed, Failure: &v1alpha1.Failure{}}), nil, false, "", 0},
		{"replaced", found("u2", v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhaseCompleted}), nil, true, "deleted", 0},
		{"deleted", nil, apierrors.NewNotFound(schema.GroupResource{}, "we-1"), true, "deleted", 0},
		{"not readable", nil, apierrors.NewForbidden(schema.GroupResource{}, "we-1", nil), true, "or has ended: not readable", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := &Lock{Holder: &holder, Since: ended.Time}
			err := lock.Resolve(func(namespace, name string) (*v1alpha1.WorkflowExecution, error) {
				if namespace != holder.Namespace || name != holder.Name {
					t.Errorf("reads %s/%s", namespace, name)
				}
				return test.execution, test.err
			})
			if err != nil || (lock.Holder != nil) != test.isHeld || lock.Note != test.note || len(lock.Cooldowns) != test.cooldowns {
				t.Errorf("got %+v, %v", lock, err)
			}
			for _, cooldown := range lock.Cooldowns {
				if cooldown != (Cooldown{"restart", holder, ended.Time}) {
					t.Errorf("got %+v", cooldown)
				}
			}
		})
	}
}
