package main

import (
	"errors"
	"testing"

	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

func TestFieldSelector(t *testing.T) {
	for _, test := range []struct {
		name    string
		options listOptions
		want    string
	}{
		{"of everything", listOptions{}, ""},
		{"of a phase", listOptions{phase: "Running"}, "status.phase=Running"},
		{"of Pending has those without a phase", listOptions{phase: "Pending"}, "status.phase!=Running,status.phase!=Completed,status.phase!=Failed,status.phase!=Skipped"},
		{"of several", listOptions{phase: "Failed", workflow: "a,b", request: "rr-1"}, `status.phase=Failed,spec.workflowRef.workflowId=a\,b,spec.remediationRequestRef.name=rr-1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := test.options.fieldSelector(nil); err != nil || got != test.want {
				t.Errorf("got %s, %v; want %s", got, err, test.want)
			}
		})
	}
	if _, err := (&listOptions{phase: "Done"}).fieldSelector(nil); !errors.As(err, new(*usageError)) {
		t.Errorf("an unknown phase is accepted: %v", err)
	}
}

func TestPaintColumnKeepsTheColumns(t *testing.T) {
	rows := "we-1   Failed      OOMKilled\nwe-22  Running     Running\nwe-3   Failed      Failed\n"
	want := "we-1   \x1b[31mFailed\x1b[0m      OOMKilled\nwe-22  Running     Running\nwe-3   \x1b[31mFailed\x1b[0m      Failed\n"
	if got := paintColumn(rows, 7, terminal.Colors); got != want {
		t.Errorf("got %q", got)
	}
}
