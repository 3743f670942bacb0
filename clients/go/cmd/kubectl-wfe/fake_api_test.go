package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
)

// fakeAPI is an API server in states that a real one is in for moments only. It has the execution payment/we-1, whose run
// has no pods, and the objects of a map by path.
type fakeAPI struct {
	*httptest.Server
	execution *v1alpha1.WorkflowExecution
	objects   map[string]any
	// isFollowed is closed when the pods of the execution are watched.
	isFollowed chan struct{}
	followed   sync.Once
	// isDeleted is closed when the execution is deleted.
	isDeleted chan struct{}
}

func newFakeAPI(t *testing.T, status v1alpha1.WorkflowExecutionStatus) *fakeAPI {
	t.Helper()
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	execution := anExecution(status)
	execution.TypeMeta = metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: v1alpha1.Kind}
	execution.UID, execution.ResourceVersion = "uid-1", "1"
	api := &fakeAPI{execution: execution, objects: map[string]any{}, isFollowed: make(chan struct{}), isDeleted: make(chan struct{})}
	api.Server = httptest.NewServer(api)
	t.Cleanup(func() {
		api.CloseClientConnections()
		api.Close()
	})
	return api
}

// ServeHTTP implements http.Handler.
func (a *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	executions := "/apis/workflowexecution.kubernaut.ai/v1alpha1/namespaces/payment/workflowexecutions"
	w.Header().Set("Content-Type", "application/json")
	isWatch := r.URL.Query().Get("watch") != ""
	object, isKnown := a.objects[r.URL.Path]
	list := func(kind, version string, items ...any) map[string]any {
		return map[string]any{"kind": kind, "apiVersion": version, "metadata": map[string]any{"resourceVersion": "1"}, "items": items}
	}
	switch {
	case isKnown:
		_ = json.NewEncoder(w).Encode(object)
	case isWatch && r.URL.Query().Get("sendInitialEvents") != "":
		invalid := apierrors.NewInvalid(schema.GroupKind{Group: "meta.k8s.io", Kind: "ListOptions"}, "", nil)
		sendStatus(w, invalid)
	case isWatch:
		a.watch(w, r, r.URL.Path == executions)
	case r.URL.Path == executions && r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(a.execution)
	case r.URL.Path == executions:
		_ = json.NewEncoder(w).Encode(list(v1alpha1.Kind+"List", v1alpha1.GroupVersion.String(), a.execution))
	case r.URL.Path == executions+"/we-1":
		_ = json.NewEncoder(w).Encode(a.execution)
	case strings.HasSuffix(r.URL.Path, "/payment/pods"):
		_ = json.NewEncoder(w).Encode(list("PodList", "v1"))
	case strings.HasSuffix(r.URL.Path, "/payment/taskruns"):
		_ = json.NewEncoder(w).Encode(list("TaskRunList", "tekton.dev/v1"))
	case strings.HasSuffix(r.URL.Path, "/leases"):
		_ = json.NewEncoder(w).Encode(&coordinationv1.LeaseList{TypeMeta: metav1.TypeMeta{Kind: "LeaseList", APIVersion: "coordination.k8s.io/v1"}})
	default:
		sendStatus(w, apierrors.NewNotFound(schema.GroupResource{Resource: "objects"}, r.URL.Path))
	}
}

func sendStatus(w http.ResponseWriter, err *apierrors.StatusError) {
	status := err.Status()
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	w.WriteHeader(int(status.Code))
	_ = json.NewEncoder(w).Encode(status)
}

// watch sends the deletion of the execution, and no events of pods.
func (a *fakeAPI) watch(w http.ResponseWriter, r *http.Request, isOfExecutions bool) {
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	if !isOfExecutions {
		a.followed.Do(func() { close(a.isFollowed) })
		<-r.Context().Done()
		return
	}
	select {
	case <-a.isDeleted:
		_ = json.NewEncoder(w).Encode(map[string]any{"type": "DELETED", "object": a.execution})
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	case <-r.Context().Done():
	}
}

// addSettings adds the ConfigMap by which the plugin knows the namespace of the service.
func (a *fakeAPI) addSettings(namespace string) {
	a.objects[fmt.Sprintf("/api/v1/namespaces/%s/configmaps/%s", namespace, settingsName)] = &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"},
	}
}

// wfe runs a command; returns its exit code and what it has written.
func (a *fakeAPI) wfe(ctx context.Context, arguments ...string) (code int, out, errOut string) {
	streams, _, stdout, stderr := genericiooptions.NewTestIOStreams()
	root := newRoot(newFactory(streams))
	root.SetArgs(append(arguments, "--server", a.URL, "-n", "payment"))
	code = execute(ctx, root, stderr)
	return code, stdout.String(), stderr.String()
}
