// Package runlog reads the logs of a PipelineRun from the pods of its tasks.
package runlog

import (
	"context"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
)

// TaskRuns is the resource of Tekton that owns the pods of tasks.
var TaskRuns = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "taskruns"}

const (
	pipelineRunLabel  = "tekton.dev/pipelineRun"
	pipelineTaskLabel = "tekton.dev/pipelineTask"
	// Prefix of a step's container (https://tekton.dev/docs/pipelines/tasks/#defining-steps).
	stepPrefix = "step-"
)

// Source has the pods of a PipelineRun.
type Source struct {
	PipelineRun string
	// Pods and TaskRuns are clients for the namespace of the PipelineRun.
	Pods     corev1client.PodInterface
	TaskRuns dynamic.ResourceInterface
}

// taskRun is a TaskRun reduced to what leads to its pods.
type taskRun struct {
	metav1.ObjectMeta `json:"metadata"`
	Status            struct {
		attempt
		RetriesStatus []attempt `json:"retriesStatus"`
	} `json:"status"`
}

type attempt struct {
	PodName   string      `json:"podName"`
	StartTime metav1.Time `json:"startTime"`
}

func (t *taskRun) task() string {
	return nameOfTask(&t.ObjectMeta)
}

// podNames returns the pods of all attempts, oldest first. They may no longer exist.
func (t *taskRun) podNames() []string {
	names := []string{}
	for _, attempt := range append(slices.Clone(t.Status.RetriesStatus), t.Status.attempt) {
		if attempt.PodName != "" {
			names = append(names, attempt.PodName)
		}
	}
	return names
}

// taskRuns lists the TaskRuns that the PipelineRun controls, in the order in which they started.
func (s *Source) taskRuns(ctx context.Context) ([]taskRun, error) {
	list, err := s.TaskRuns.List(ctx, metav1.ListOptions{LabelSelector: s.selector()})
	if err != nil {
		return nil, err
	}
	own := []taskRun{}
	for i := range list.Items {
		parsed, err := parseTaskRun(&list.Items[i])
		if err != nil {
			return nil, err
		}
		if owner := metav1.GetControllerOf(parsed); owner != nil && owner.Kind == "PipelineRun" && owner.Name == s.PipelineRun {
			own = append(own, *parsed)
		}
	}
	slices.SortStableFunc(own, func(a, b taskRun) int {
		if byTime := startOf(&a).Compare(startOf(&b)); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.Name, b.Name)
	})
	return own, nil
}

// startOf returns when the first attempt started.
func startOf(t *taskRun) time.Time {
	if len(t.Status.RetriesStatus) > 0 {
		return t.Status.RetriesStatus[0].StartTime.Time
	}
	return t.Status.StartTime.Time
}

func parseTaskRun(object *unstructured.Unstructured) (*taskRun, error) {
	parsed := &taskRun{}
	return parsed, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, parsed)
}

// pods lists the pods with the label of the PipelineRun. Anybody can label a pod, see ownedBy.
func (s *Source) pods(ctx context.Context) ([]corev1.Pod, error) {
	list, err := s.Pods.List(ctx, metav1.ListOptions{LabelSelector: s.selector()})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

func (s *Source) selector() string {
	return pipelineRunLabel + "=" + s.PipelineRun
}

// ownedBy returns whether one of the TaskRuns controls a pod.
func ownedBy(pod *corev1.Pod, runs []taskRun) bool {
	owner := metav1.GetControllerOf(pod)
	return owner != nil && slices.ContainsFunc(runs, func(run taskRun) bool { return run.UID == types.UID(owner.UID) })
}

// nameOfTask returns the name of the task in the pipeline that an object is for.
func nameOfTask(object metav1.Object) string {
	if task := object.GetLabels()[pipelineTaskLabel]; task != "" {
		return task
	}
	return object.GetName()
}

// step is a container of a task's pod.
type step struct {
	name      string
	container string
}

// stepsOf returns the steps of a pod in the order in which they run.
func stepsOf(pod *corev1.Pod) []step {
	steps := []step{}
	for _, container := range pod.Spec.Containers {
		if name, ok := strings.CutPrefix(container.Name, stepPrefix); ok {
			steps = append(steps, step{name, container.Name})
		}
	}
	return steps
}

type containerState int

const (
	waiting containerState = iota
	running
	ended
	// never is a container that has not been started and will not be.
	never
)

// stateOf returns the state of a container. One that was terminated before it ran has no container ID, and no log.
func stateOf(pod *corev1.Pod, container string) containerState {
	for _, status := range pod.Status.ContainerStatuses {
		switch {
		case status.Name != container:
		case status.State.Terminated != nil && status.State.Terminated.ContainerID != "":
			return ended
		case status.State.Terminated != nil:
			return never
		case status.State.Running != nil:
			return running
		}
	}
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return never
	}
	return waiting
}
