package runlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
		options := &corev1.PodLogOptions{Container: step.container, Timestamps: true}
		err := s.stream(ctx, pod, step, options, &position{}, emit)
		if apierrors.IsNotFound(err) {
			return emit(goneBefore(pod))
		}
		if err != nil {
			return err
		}
	}
	return nil
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
	options := &corev1.PodLogOptions{Container: wanted.container, Timestamps: true, TailLines: &lines}
	err = s.stream(ctx, pod, wanted, options, &position{}, func(line Line) error {
		tail = append(tail, line)
		return nil
	})
	return tail, err
}

// stream requests the log of a step and emits the parts after a position.
func (s *Source) stream(ctx context.Context, pod *corev1.Pod, step step, options *corev1.PodLogOptions, from *position, emit Emit) error {
	body, err := s.Pods.GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	task := nameOfTask(pod)
	return readParts(body, from, func(at time.Time, text string, partial bool) error {
		if err := emit(Line{at, task, step.name, text, partial}); err != nil {
			return &emitError{err}
		}
		return nil
	})
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
