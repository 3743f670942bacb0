import { addAbortListener } from 'node:events';
import { Signal } from '../../kubernetes/async.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Clock, Random } from '../../kubernetes/clock.ts';
import type { StepContainer, TaskPod } from '../../tekton/task-pod.ts';
import { logTimeOf, type LogItem } from './log-line.ts';
import { LogMerge } from './log-merge.ts';
import { PipelineRunPods, type PodList, type RunKey } from './pipeline-run-pods.ts';
import { lostPodLog, PodLog } from './pod-log.ts';
import { StepLog } from './step-log.ts';

/** Options of a {@link PipelineRunLog}. */
export interface PipelineRunLogOptions {
  readonly client: Pick<KubernetesClient, 'list' | 'log'>;
  readonly follow: boolean;
  /** Begins at the second of this time. */
  readonly since?: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Timeout of a call that follows a container, which may be silent for as long as it runs. */
const noTimeout = Infinity;

/** The log of a PipelineRun: the logs of its pods, merged by time. */
export class PipelineRunLog {
  private readonly members: PipelineRunPods;
  /** Names of the pods that are read, by UID: Tekton gives the replacement of a deleted pod the same name. */
  private readonly read = new Map<string, string>();
  /** Names of the pods that were gone before they were read. */
  private readonly lost = new Set<string>();

  constructor(
    private readonly run: RunKey,
    private readonly pods: PodList,
    private readonly options: PipelineRunLogOptions,
  ) {
    this.members = new PipelineRunPods(options.client, run);
  }

  /** Whether a pod had a log to read. */
  get hasRead(): boolean {
    return this.read.size > 0;
  }

  /** Whether a pod was gone. */
  get hasLost(): boolean {
    return this.lost.size > 0;
  }

  /**
   * The lines, and keep-alives while there is none, until the log is complete or the signal aborts.
   *
   * @throws KubernetesError if the API server is unreachable or refuses
   */
  async *lines(signal: AbortSignal): AsyncGenerator<Exclude<LogItem, 'opened'>, void, undefined> {
    const closed = new AbortController();
    const either = AbortSignal.any([signal, closed.signal]);
    const merge = new LogMerge(this.options.clock, either);
    void this.addPods(merge, either).catch((error: unknown) => merge.fail(error));
    try {
      yield* merge.lines();
    } finally {
      closed.abort();
    }
  }

  /** Adds pods to the merge as they appear; when the list is final, notes about the missing ones, and closes the merge. */
  private async addPods(merge: LogMerge, signal: AbortSignal): Promise<void> {
    const changes = new Signal();
    const notify = () => changes.notify();
    using cleanup = new DisposableStack();
    cleanup.defer(this.pods.onChange(notify));
    cleanup.use(addAbortListener(signal, notify));
    for (let isFinal = false; !isFinal && !signal.aborted;) {
      isFinal = this.pods.isFinal;
      if (isFinal) await this.members.refresh(signal);
      const own = await this.members.own(this.pods.list(), signal);
      this.addStarted(own, merge, signal);
      if (isFinal) this.addLost(merge);
      else await changes.wait();
    }
    merge.close();
  }

  private addStarted(own: readonly TaskPod[], merge: LogMerge, signal: AbortSignal): void {
    const { clock } = this.options;
    for (const pod of own) {
      const startTime = pod.startTime === undefined ? undefined : logTimeOf(pod.startTime);
      if (startTime === undefined || this.read.has(pod.metadata.uid)) continue;
      this.read.set(pod.metadata.uid, pod.metadata.name);
      merge.add(new PodLog(pod, startTime, (step) => this.stepLog(pod, step, signal), clock));
    }
  }

  private addLost(merge: LogMerge): void {
    const known = new Set(this.read.values());
    for (const pod of this.members.lost(this.pods.list()).filter(({ name }) => !known.has(name))) {
      this.lost.add(pod.name);
      merge.add(lostPodLog(pod, this.options.clock));
    }
  }

  private stepLog({ metadata: { name, uid } }: TaskPod, { container }: StepContainer, signal: AbortSignal): StepLog {
    const { client, follow, since, clock, random } = this.options;
    const { pods } = this;
    const { namespace } = this.run;
    const logged = {
      state: () => {
        const pod = pods.list().find(({ metadata }) => metadata.uid === uid);
        const state = pod?.steps.find((step) => step.container === container)?.state ?? 'gone';
        return state === 'waiting' && pods.isFinal ? 'never' : state;
      },
      changed: (until: AbortSignal) => nextChange(pods, until),
      open: (query: { follow: boolean; sinceTime?: string }, until: AbortSignal) => {
        const timeoutMs = query.follow ? noTimeout : undefined;
        return client.log({ namespace, name }, { container, ...query }, { signal: until, timeoutMs });
      },
    };
    return new StepLog(logged, { follow, sinceTime: since, clock, random, signal });
  }
}

/** Resolves at the next change, or when the signal aborts. */
async function nextChange(pods: PodList, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using cleanup = new DisposableStack();
  cleanup.defer(pods.onChange(resolve));
  cleanup.use(addAbortListener(signal, () => resolve()));
  await promise;
}
