package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

// The run of the execution goes on, and all of its pods so far have been read.
func TestFollowingALogThatIsNotComplete(t *testing.T) {
	follow := []string{"logs", "-f", "we-1"}
	run := []string{"run", "--from", "we-1", "--logs"}
	deleted := `Error from server (NotFound): workflowexecutions.workflowexecution.kubernaut.ai "we-1" not found`
	see := "See: kubectl wfe why we-1 -n payment\n"
	for _, test := range []struct {
		name      string
		arguments []string
		end       func(api *fakeAPI, interrupt func())
		code      int
		errOut    string
	}{
		{"logs, interrupted", follow, func(_ *fakeAPI, interrupt func()) { interrupt() }, exitInterrupted, ""},
		{"logs, deleted", follow, func(api *fakeAPI, _ func()) { close(api.isDeleted) }, exitError, deleted},
		{"run, interrupted", run, func(_ *fakeAPI, interrupt func()) { interrupt() }, exitInterrupted, see},
		{"run, deleted", run, func(api *fakeAPI, _ func()) { close(api.isDeleted) }, exitError, deleted},
		{"run, timed out", append(run, "--timeout", "1s"), func(*fakeAPI, func()) {}, exitTimeout, see},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := newFakeAPI(t, running("Running"))
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			go func() {
				<-api.isFollowed
				test.end(api, interrupt)
			}()
			code, _, errOut := api.wfe(ctx, test.arguments...)
			if code != test.code || !strings.Contains(errOut, test.errOut) {
				t.Errorf("exit code %d and %q, want %d and %q", code, errOut, test.code, test.errOut)
			}
		})
	}
}

func TestRunPrintsTheNameOfAnExecutionThatContinues(t *testing.T) {
	api := newFakeAPI(t, running("Running"))
	code, out, _ := api.wfe(t.Context(), "run", "--from", "we-1", "--wait", "--timeout", "1s", "-o", "name")
	if want := "workflowexecution.workflowexecution.kubernaut.ai/we-1\n"; code != exitTimeout || out != want {
		t.Errorf("exit code %d and %q, want %d and %q", code, out, exitTimeout, want)
	}
}

// interruptingWriter interrupts a command that has written a text.
type interruptingWriter struct {
	bytes.Buffer
	text      string
	interrupt func()
}

func (w *interruptingWriter) Write(p []byte) (int, error) {
	defer func() {
		if strings.Contains(w.String(), w.text) {
			w.interrupt()
		}
	}()
	return w.Buffer.Write(p)
}

func TestRunPrintsWhyAnExecutionWaits(t *testing.T) {
	api := newFakeAPI(t, v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhasePending, Message: "Waits for the end of a pause."})
	for _, arguments := range []string{"--wait", "--logs", "--wait -o name"} {
		ctx, interrupt := context.WithCancel(t.Context())
		out := &interruptingWriter{text: "we-1 is Pending: Waits for the end of a pause.\n", interrupt: interrupt}
		root := newRoot(newFactory(genericiooptions.IOStreams{In: &bytes.Buffer{}, Out: out, ErrOut: out}))
		run := []string{"run", "--from", "we-1", "--timeout", "1m", "--server", api.URL, "-n", "payment"}
		root.SetArgs(append(run, strings.Fields(arguments)...))
		if code := execute(ctx, root, out); code != exitInterrupted {
			t.Errorf("%s: exit code %d and %q, want %d and %q", arguments, code, out, exitInterrupted, out.text)
		}
		interrupt()
	}
}

func TestPrintingWaits(t *testing.T) {
	out := &bytes.Buffer{}
	holds := printingWaits(out, hasRun)
	for _, test := range []struct {
		status v1alpha1.WorkflowExecutionStatus
		holds  bool
	}{
		{v1alpha1.WorkflowExecutionStatus{}, false},
		{v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhasePending, Message: "One."}, false},
		{v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhasePending, Message: "One."}, false},
		{v1alpha1.WorkflowExecutionStatus{Phase: v1alpha1.PhasePending, Message: "Two\x1b[31m."}, false},
		{running("Running"), true},
	} {
		if got := holds(anExecution(test.status)); got != test.holds {
			t.Errorf("%v holds: %v", test.status, got)
		}
	}
	want := title("we-1") + " is Pending: One.\n" + title("we-1") + " is Pending: " + terminal.Escape("Two\x1b[31m.") + "\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out, want)
	}
}

func TestWrongUsage(t *testing.T) {
	api := newFakeAPI(t, running("Running"))
	for _, test := range []struct {
		arguments string
		errOut    string
	}{
		{"bogus", `unknown command "bogus"`},
		{"help bogus", `unknown help topic "bogus"`},
		{"help run bogus", `unknown help topic "run bogus"`},
		{"completion bogus", `unknown command "bogus"`},
		{"list --request-timeout abc", `--request-timeout must be a duration such as 30s, not "abc"`},
		{"locks --service-namespace=", "--service-namespace must not be empty"},
		{"list -l a=b,,", "--selector: found ',', expected: identifier after ','"},
		{"list --target a/b/c/d", `not "a/b/c/d"`},
		{"why", "accepts 1 arg(s), received 0"},
		{"why wfe/we-1", `the name of the execution may not contain '/': "wfe/we-1"`},
		{"logs ..", `the name of the execution may not be '..': ".."`},
		{"cancel a%b", `the name of the execution may not contain '%': "a%b"`},
		{"run wfe/we-1", `the name of the execution may not contain '/': "wfe/we-1"`},
		{"run --from wfe/we-1", `--from: the name of the execution may not contain '/': "wfe/we-1"`},
		{"run --from we-1 --wait --timeout -5s", "--timeout must not be negative"},
		{"run --from we-1 --timeout 5s", "--timeout has no effect without --wait or --logs"},
		{"run --from we-1 -o custom-columns=N:.metadata.name", "allowed formats are: "},
	} {
		code, _, errOut := api.wfe(t.Context(), strings.Fields(test.arguments)...)
		if code != exitUsage || !strings.Contains(errOut, test.errOut) || !strings.Contains(errOut, "--help' for usage.") {
			t.Errorf("%s: exit code %d and %q, want %d and %q", test.arguments, code, errOut, exitUsage, test.errOut)
		}
	}
	if code, _, errOut := api.wfe(t.Context(), "why", ""); code != exitUsage {
		t.Errorf("an empty name: exit code %d and %q, want %d", code, errOut, exitUsage)
	}
	for _, arguments := range []string{"help", "help run", "completion", "completion bash"} {
		if code, _, errOut := api.wfe(t.Context(), strings.Fields(arguments)...); code != 0 {
			t.Errorf("%s: exit code %d and %q", arguments, code, errOut)
		}
	}
}

func TestListPrintsTheMessageOfTheAPIServer(t *testing.T) {
	forbidden := apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource(v1alpha1.Plural).GroupResource(), "",
		errors.New(`User "nobody" cannot list it`))
	api := newFakeAPI(t, running("Running"))
	api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		sendStatus(w, forbidden)
	})
	for _, format := range []string{"", "json"} {
		code, _, errOut := api.wfe(t.Context(), "list", "-o", format)
		if want := message(forbidden) + "\n"; code != exitError || errOut != want {
			t.Errorf("-o %q: exit code %d and %q, want %q", format, code, errOut, want)
		}
	}
}

func TestTargetsAreFreeOnlyWhereTheServiceIs(t *testing.T) {
	status := running("Running")
	status.Target = "payment/deployment/api"
	api := newFakeAPI(t, status)
	api.addSettings("kubernaut-system")
	absent := "the service is not in namespace typo"

	if code, _, errOut := api.wfe(t.Context(), "locks"); code != 0 || errOut != "No target is taken or cools down.\n" {
		t.Errorf("locks: exit code %d and %q", code, errOut)
	}
	if code, out, _ := api.wfe(t.Context(), "why", "we-1"); code != 0 || !strings.Contains(out, "Target held by:  no execution\n") {
		t.Errorf("why: exit code %d and %q", code, out)
	}
	for _, format := range []string{"", "json"} {
		if code, _, errOut := api.wfe(t.Context(), "locks", "--service-namespace", "typo", "-o", format); code != exitError || !strings.Contains(errOut, absent) {
			t.Errorf("locks -o %q, elsewhere: exit code %d and %q, want %q", format, code, errOut, absent)
		}
	}
	code, out, _ := api.wfe(t.Context(), "why", "we-1", "--service-namespace", "typo")
	if code != 0 || strings.Contains(out, "Target held by") || !strings.Contains(out, absent) {
		t.Errorf("why, elsewhere: exit code %d and %q, want %q", code, out, absent)
	}
	api.objects["/apis/coordination.k8s.io/v1/namespaces/typo/leases/"+leaderName] = map[string]any{
		"kind": "Lease", "apiVersion": "coordination.k8s.io/v1",
	}
	if code, _, errOut := api.wfe(t.Context(), "locks", "--service-namespace", "typo"); code != 0 {
		t.Errorf("locks, where a leader is: exit code %d and %q", code, errOut)
	}
}

func TestWhyLeadsToTheTargetIfThePodsAreGone(t *testing.T) {
	status := failed(v1alpha1.FailureReasonCancelled, true)
	status.Target = "payment/deployment/api"
	api := newFakeAPI(t, status)
	_, out, _ := api.wfe(t.Context(), "why", "we-1")
	expectLines(t, out, "  kubectl describe deployment/api -n payment")

	controller := func(kind, name, uid string) []any {
		return []any{map[string]any{"kind": kind, "name": name, "uid": uid, "controller": true, "apiVersion": "v1"}}
	}
	run := map[string]any{"name": "run", "uid": "run", "ownerReferences": controller("PipelineRun", "we-1-abc", "pr")}
	pod := map[string]any{"name": "pod", "ownerReferences": controller("TaskRun", "run", "run")}
	api.objects["/apis/tekton.dev/v1/namespaces/payment/taskruns"] = map[string]any{
		"kind": "TaskRunList", "apiVersion": "tekton.dev/v1",
		"items": []any{map[string]any{"kind": "TaskRun", "apiVersion": "tekton.dev/v1", "metadata": run}},
	}
	api.objects["/api/v1/namespaces/payment/pods"] = map[string]any{
		"kind": "PodList", "apiVersion": "v1", "items": []any{map[string]any{"metadata": pod}},
	}
	_, out, _ = api.wfe(t.Context(), "why", "we-1")
	expectLines(t, out, "  kubectl wfe logs we-1 -n payment")

	pod["deletionTimestamp"] = "2026-01-02T03:04:05Z"
	_, out, _ = api.wfe(t.Context(), "why", "we-1")
	expectLines(t, out, "  kubectl describe deployment/api -n payment")
}

func TestAKindThatTheServerDoesNotHaveIsWrongUsage(t *testing.T) {
	api := newFakeAPI(t, running("Running"))
	groups := map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": []any{}}
	api.objects["/apis"], api.objects["/api"] = groups, map[string]any{"kind": "APIVersions", "versions": []any{}}
	code, _, errOut := api.wfe(t.Context(), "list", "--target", "payment/frob/x", "--cache-dir", t.TempDir())
	if code != exitUsage || !strings.Contains(errOut, `error: the server doesn't have a resource type "frob"`) {
		t.Errorf("exit code %d and %q, want %d", code, errOut, exitUsage)
	}
	api.Close()
	code, _, errOut = api.wfe(t.Context(), "list", "--target", "payment/frob/x", "--cache-dir", t.TempDir())
	if code != exitError || !strings.Contains(errOut, "was refused") {
		t.Errorf("without a server: exit code %d and %q, want %d", code, errOut, exitError)
	}
}
