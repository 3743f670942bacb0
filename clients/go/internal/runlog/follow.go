package runlog

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

const (
	// askAgain is the delay before the log of a running container is requested again after it ended.
	askAgain = time.Second
	// maxFailures is the number of failures in a row, without a new line in between, after which a log is given up.
	maxFailures = 6
)

// Follow emits lines as they are written, those of a task in order, until the run has ended and its steps have been
// read. Connections may break: no line is repeated or left out.
//
// finished is closed when no more pods will start and no container runs. Errors as for Read. Without error, or with ErrNoPods
// or ErrPodsGone, finished was closed.
func (s *Source) Follow(ctx context.Context, finished <-chan struct{}, emit Emit) error {
	group, ctx := errgroup.WithContext(ctx)
	var mutex sync.Mutex
	follower := &follower{source: s, changed: make(chan struct{}), emit: func(line Line) error {
		mutex.Lock()
		defer mutex.Unlock()
		return emit(line)
	}}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	if err := follower.watch(watching); err != nil {
		return err
	}
	followed := map[types.UID]bool{}
	for isFinal := false; ; {
		changed := follower.changes()
		pods, err := follower.ownPods(ctx, isFinal)
		if err != nil {
			return err
		}
		for _, pod := range pods {
			if !followed[pod.UID] {
				followed[pod.UID] = true
				group.Go(func() error { return follower.followPod(ctx, pod) })
			}
		}
		if isFinal {
			break
		}
		select {
		case <-changed:
		case <-finished:
			isFinal = true
		case <-ctx.Done():
			if err := group.Wait(); err != nil {
				return err
			}
			// The pods so far have been read, but more may start.
			return context.Cause(ctx)
		}
	}
	if err := group.Wait(); err != nil || len(followed) > 0 {
		return err
	}
	return s.Read(ctx, emit)
}

// follower reads several pods at the same time.
type follower struct {
	source *Source
	emit   Emit
	store  cache.Store

	mutex sync.Mutex
	// changed is closed at the next change of a pod.
	changed chan struct{}
	// final are the pods when no more will start; nil before.
	final []corev1.Pod
	runs  []taskRun
}

// watch keeps the store up to date.
func (f *follower) watch(ctx context.Context) error {
	pods := f.source.Pods
	selected := func(options *metav1.ListOptions) { options.LabelSelector = f.source.selector() }
	store, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: &cache.ListWatch{
			ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
				selected(&options)
				return pods.List(ctx, options)
			},
			WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
				selected(&options)
				return pods.Watch(ctx, options)
			},
		},
		ObjectType: &corev1.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { f.notify() },
			UpdateFunc: func(any, any) { f.notify() },
			DeleteFunc: func(any) { f.notify() },
		},
	})
	f.store = store
	// The informer retries errors; the first list says whether the caller may read pods at all.
	if _, err := f.source.pods(ctx); err != nil {
		return err
	}
	go controller.RunWithContext(ctx)
	return nil
}

func (f *follower) notify() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	close(f.changed)
	f.changed = make(chan struct{})
}

// changes returns a channel that is closed at the next change.
func (f *follower) changes() <-chan struct{} {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.changed
}

// ownPods returns the pods of the run. The store may lag behind its end, so the final pods are listed.
func (f *follower) ownPods(ctx context.Context, isFinal bool) ([]*corev1.Pod, error) {
	if isFinal {
		final, err := f.source.pods(ctx)
		if err != nil {
			return nil, err
		}
		f.mutex.Lock()
		f.final = append([]corev1.Pod{}, final...)
		f.mutex.Unlock()
		f.notify()
	}
	pods := f.pods()
	for _, pod := range pods {
		if ownedBy(pod, f.runs) {
			continue
		}
		runs, err := f.source.taskRuns(ctx)
		if err != nil {
			return nil, err
		}
		f.runs = runs
		break
	}
	own := []*corev1.Pod{}
	for _, pod := range pods {
		if ownedBy(pod, f.runs) {
			own = append(own, pod)
		}
	}
	return own, nil
}

func (f *follower) pods() []*corev1.Pod {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	pods := []*corev1.Pod{}
	if f.final != nil {
		for i := range f.final {
			pods = append(pods, &f.final[i])
		}
		return pods
	}
	for _, object := range f.store.List() {
		pods = append(pods, object.(*corev1.Pod))
	}
	return pods
}

func (f *follower) followPod(ctx context.Context, pod *corev1.Pod) error {
	for _, step := range stepsOf(pod) {
		err := f.followStep(ctx, pod, step)
		if apierrors.IsNotFound(err) {
			return f.emit(goneBefore(pod))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// followStep reads a step until its container has ended and, as for readStep, its log is complete.
func (f *follower) followStep(ctx context.Context, pod *corev1.Pod, step step) error {
	reading, failures := &reading{}, 0
	backoff := wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: maxFailures, Cap: 3 * time.Second}
	for {
		changed := f.changes()
		state, err := f.state(pod, step)
		if err != nil || state == never {
			return err
		}
		if state == waiting {
			if err := pause(ctx, changed, 0); err != nil {
				return err
			}
			continue
		}
		before := reading.position
		isComplete, err := f.source.request(ctx, pod, step, reading, &corev1.PodLogOptions{Follow: true}, f.emit)
		if reading.position != before {
			failures = 0
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case apierrors.IsNotFound(err), errors.As(err, new(*emitError)):
			return err
		case err != nil:
			if failures++; failures >= maxFailures {
				return err
			}
			err = pause(ctx, nil, backoff.Step())
		case state == ended && isComplete:
			return reading.end(pod, step, f.emit)
		case state == running:
			err = pause(ctx, changed, askAgain)
		}
		if err != nil {
			return err
		}
	}
}

// state returns the state of a step; NotFound if its pod is gone.
func (f *follower) state(pod *corev1.Pod, step step) (containerState, error) {
	for _, known := range f.pods() {
		if known.UID == pod.UID {
			state := stateOf(known, step.container)
			if state == waiting && f.isFinal() {
				return never, nil
			}
			return state, nil
		}
	}
	return never, apierrors.NewNotFound(corev1.Resource("pods"), pod.Name)
}

func (f *follower) isFinal() bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.final != nil
}

// pause waits for a change, or for some time unless that is 0.
func pause(ctx context.Context, changed <-chan struct{}, duration time.Duration) error {
	var after <-chan time.Time
	if duration > 0 {
		after = time.After(duration)
	}
	select {
	case <-changed:
	case <-after:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}
