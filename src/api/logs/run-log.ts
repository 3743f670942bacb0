import type { Random, Clock } from '../../kubernetes/clock.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { StepContainer, TaskPod } from '../../tekton/task-pod.ts';
import { Signal } from '../../kubernetes/async.ts';
import { logTimeOf } from './log-time.ts';
import type { LogLine } from './log-line.ts';
import { MergedLog } from './merged-log.ts';
import { noteOf, readPodLog } from './pod-log.ts';
import { RunPods, type RunKey } from './run-pods.ts';
import { idle, StepLog } from './step-log.ts';

/** The pods of a run, as they are known. */
export interface PodsView {
  /** Those that carry the label of the run. */
  list(): readonly TaskPod[];
  /** Whether no pod comes any more. */
  readonly isFinal: boolean;
  /** Calls back when there is something new; the returned function ends that. */
  onChange(ring: () => void): () => void;
}

/** With what means the log of a run is read. */
export interface RunLogOptions {
  readonly client: Pick<KubernetesClient, 'list' | 'log'>;
  readonly follow: boolean;
  readonly since?: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Never: how long the log of a container that is followed may be silent. */
const noTimeout = Infinity;

/** What the steps of a PipelineRun have written, and write. */
export class RunLog {
  private readonly pods: RunPods;
  private readonly merged: MergedLog;
  /** Names of the pods that are read, by UID: Tekton gives the pod that replaces a deleted one the same name. */
  private readonly read = new Map<string, string>();
  /** Names of the pods that are gone and were not read. */
  private readonly lost = new Set<string>();
  private stage: 'begun' | 'open' | 'complete' = 'begun';

  constructor(
    private readonly run: RunKey,
    private readonly view: PodsView,
    private readonly options: RunLogOptions,
  ) {
    this.pods = new RunPods(options.client, run);
    this.merged = new MergedLog(options.clock);
  }

  /** Whether there was a pod whose log could be read. */
  get hasRead(): boolean {
    return this.read.size > 0;
  }

  /** Whether there was a pod that is gone. */
  get hasLost(): boolean {
    return this.lost.size > 0;
  }

  /**
   * Its lines, as they are asked for; {@link idle} when there is nothing to tell just now.
   *
   * @throws KubernetesError when the API server is out of reach, or refuses
   */
  async *lines(signal: AbortSignal): AsyncGenerator<LogLine | typeof idle, void, undefined> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    void this.keepUp(either).catch((error: unknown) => this.merged.fail(error));
    try {
      yield* this.merged.lines(() => this.stage, signal);
    } finally {
      over.abort();
    }
  }

  /** Takes the pods in as they come. */
  private async keepUp(signal: AbortSignal): Promise<void> {
    const bell = new Signal();
    const ring = () => bell.notify();
    const unsubscribe = this.view.onChange(ring);
    signal.addEventListener('abort', ring, { once: true });
    try {
      for (;;) {
        const { isFinal } = this.view;
        if (isFinal) await this.pods.refresh(signal);
        const own = await this.pods.own(this.view.list(), signal);
        // All at once: each line is told in its place only when those of all pods are known.
        this.takeIn(own, signal);
        if (isFinal) {
          this.takeInLost();
          break;
        }
        this.stage = 'open';
        this.merged.ring();
        await bell.wait();
        if (signal.aborted) return;
      }
      this.stage = 'complete';
      this.merged.ring();
    } finally {
      unsubscribe();
      signal.removeEventListener('abort', ring);
    }
  }

  private takeIn(own: readonly TaskPod[], signal: AbortSignal): void {
    for (const pod of own) {
      const notBefore = pod.startTime === undefined ? undefined : logTimeOf(pod.startTime);
      if (notBefore === undefined || this.read.has(pod.metadata.uid)) continue;
      this.read.set(pod.metadata.uid, pod.metadata.name);
      const read = () => readPodLog(pod, (step) => this.stepLog(pod, step, signal), this.options.clock);
      this.merged.add({ notBefore, read });
    }
  }

  /** Tells of the tasks whose pods are gone. */
  private takeInLost(): void {
    const known = new Set([...this.read.values(), ...this.lost]);
    for (const pod of this.pods.lost(this.view.list()).filter(({ name }) => !known.has(name))) {
      this.lost.add(pod.name);
      const note = noteOf(pod, this.options.clock);
      this.merged.add({
        notBefore: note.time,
        // eslint-disable-next-line @typescript-eslint/require-await -- a log of one line that is known
        read: async function* () {
          yield note;
        },
      });
    }
  }

  private stepLog({ metadata: { name, uid } }: TaskPod, { container }: StepContainer, signal: AbortSignal): StepLog {
    const { client, follow, since, clock, random } = this.options;
    const { namespace } = this.run;
    const find = () => this.view.list().find(({ metadata }) => metadata.uid === uid);
    const logged = {
      state: () => {
        const state = find()?.steps.find((step) => step.container === container)?.state ?? 'gone';
        return state === 'waiting' && this.view.isFinal ? 'never' : state;
      },
      changed: (until: AbortSignal) => this.changed(until),
      open: (query: { follow: boolean; sinceTime?: string }, until: AbortSignal) => {
        const timeoutMs = query.follow ? noTimeout : undefined;
        return client.log({ namespace, name }, { container, ...query }, { signal: until, timeoutMs });
      },
    };
    return new StepLog(logged, { follow, sinceTime: since, clock, random, signal });
  }

  private changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const unsubscribe = this.view.onChange(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }
}
