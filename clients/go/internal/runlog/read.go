package runlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Emit receives the lines one after another. An error ends the reading.
type Emit func(Line) error

// ErrNoPods is returned by Read if there is no pod to read and none is missing.
var ErrNoPods = errors.New("no pod was started")

// ErrPodsGone is returned by Read if there were pods, but none exists any more.
var ErrPodsGone = errors.New("the pods are gone, and their logs with them")

// Read emits what was written so far, task by task in the order in which they started. A note takes the place of the
// log of a pod that is gone, unless all are.
func (s *Source) Read(ctx context.Context, emit Emit) error {
	runs, err := s.taskRuns(ctx)
	if err != nil {
		return err
	}
	pods, err := s.pods(ctx)
	if err != nil {
		return err
	}
	all, found := 0, 0
	for _, run := range runs {
		all += len(run.podNames())
		found += len(existing(&run, pods))
	}
	switch {
	case all == 0:
		return ErrNoPods
	case found == 0:
		return ErrPodsGone
	}
	for _, run := range runs {
		if err := s.readAttempts(ctx, &run, pods, emit); err != nil {
			return err
		}
	}
	return nil
}

// HasPods returns whether there is a pod to read that is not being deleted.
func (s *Source) HasPods(ctx context.Context) (bool, error) {
	runs, err := s.taskRuns(ctx)
	if err != nil {
		return false, err
	}
	pods, err := s.pods(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(pods, func(pod corev1.Pod) bool {
		return pod.DeletionTimestamp == nil && ownedBy(&pod, runs)
	}), nil
}

// readAttempts emits the logs of all pods of a TaskRun.
func (s *Source) readAttempts(ctx context.Context, run *taskRun, pods []corev1.Pod, emit Emit) error {
	for _, name := range run.podNames() {
		pod := podNamed(run, pods, name)
		if pod == nil {
			if err := emit(noteOf(run.task(), "pod %s is gone, and its log with it", name)); err != nil {
				return err
			}
			continue
		}
		if err := s.readPod(ctx, pod, emit); err != nil {
			return err
		}
	}
	return nil
}

// readPod emits the logs of the steps of a pod.
func (s *Source) readPod(ctx context.Context, pod *corev1.Pod, emit Emit) error {
	for _, step := range stepsOf(pod) {
		state := stateOf(pod, step.container)
		if state != running && state != ended {
			continue
		}
		err := s.readStep(ctx, pod, step, state, emit)
		if apierrors.IsNotFound(err) {
			return emit(goneBefore(pod))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readStep emits the log of a step. When a connection to a kubelet breaks, the API server ends the response as if the log
// were complete, so that of an ended container is complete only when two requests have ended at the same place.
func (s *Source) readStep(ctx context.Context, pod *corev1.Pod, step step, state containerState, emit Emit) error {
	reading := &reading{}
	for {
		isComplete, err := s.request(ctx, pod, step, reading, &corev1.PodLogOptions{}, emit)
		if err != nil {
			return err
		}
		if isComplete || state == running {
			return reading.end(pod, step, emit)
		}
	}
}

// Tail returns the last lines of a step in the last attempt of a task; none if its pod is gone.
func (s *Source) Tail(ctx context.Context, task, stepName string, lines int64) ([]Line, error) {
	runs, err := s.taskRuns(ctx)
	if err != nil {
		return nil, err
	}
	pods, err := s.pods(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(runs, func(run taskRun) bool { return run.task() == task })
	if i < 0 {
		return nil, nil
	}
	names := runs[i].podNames()
	if len(names) == 0 {
		return nil, nil
	}
	pod := podNamed(&runs[i], pods, names[len(names)-1])
	if pod == nil {
		return nil, nil
	}
	wanted := step{stepName, stepPrefix + stepName}
	if state := stateOf(pod, wanted.container); state != running && state != ended {
		return nil, nil
	}
	tail := []Line{}
	add := func(line Line) error {
		tail = append(tail, line)
		return nil
	}
	reading := &reading{}
	if _, err = s.request(ctx, pod, wanted, reading, &corev1.PodLogOptions{TailLines: &lines}, add); err != nil {
		return tail, err
	}
	return tail, reading.end(pod, wanted, add)
}

// reading is how far the log of a step has been read.
type reading struct {
	position
	// rest is what followed the last newline of the last request; nil if nothing did.
	rest *part
}

// request requests the log of a step once and emits the parts after the position. The result is whether it ended at the
// same place as the request before.
func (s *Source) request(
	ctx context.Context, pod *corev1.Pod, step step, reading *reading, options *corev1.PodLogOptions, emit Emit,
) (bool, error) {
	options.Container, options.Timestamps = step.container, true
	if !reading.time.IsZero() {
		options.SinceTime = &metav1.Time{Time: reading.time}
	}
	body, err := s.Pods.GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = body.Close() }()
	before, rest := reading.position, reading.rest
	reading.rest, err = readParts(body, &reading.position, func(part part) error {
		return emitPart(pod, step, part, emit)
	})
	isSameRest := (rest == nil && reading.rest == nil) || (rest != nil && reading.rest != nil && *rest == *reading.rest)
	return reading.position == before && isSameRest, err
}

// end emits the last line of a complete log if it has no newline.
func (r *reading) end(pod *corev1.Pod, step step, emit Emit) error {
	if r.rest == nil {
		return nil
	}
	return emitPart(pod, step, *r.rest, emit)
}

func emitPart(pod *corev1.Pod, step step, part part, emit Emit) error {
	if err := emit(Line{part.time, nameOfTask(pod), step.name, part.text, part.partial}); err != nil {
		return &emitError{err}
	}
	return nil
}

// emitError is an error of the reader of the lines, after which it makes no sense to read on.
type emitError struct{ error }

func (e *emitError) Unwrap() error { return e.error }

func goneBefore(pod *corev1.Pod) Line {
	return noteOf(nameOfTask(pod), "pod %s is gone, and with it the unread rest of its log", pod.Name)
}

func noteOf(task, format string, arguments ...any) Line {
	return Line{Time: time.Now(), Task: task, Text: fmt.Sprintf(format, arguments...)}
}

func existing(run *taskRun, pods []corev1.Pod) []corev1.Pod {
	found := []corev1.Pod{}
	for _, name := range run.podNames() {
		if pod := podNamed(run, pods, name); pod != nil {
			found = append(found, *pod)
		}
	}
	return found
}

// podNamed returns the pod of an attempt; nil if it is gone.
func podNamed(run *taskRun, pods []corev1.Pod, name string) *corev1.Pod {
	for i := range pods {
		if pods[i].Name == name && ownedBy(&pods[i], []taskRun{*run}) {
			return &pods[i]
		}
	}
	return nil
}
