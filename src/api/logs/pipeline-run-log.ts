import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Clock, Random } from '../../kubernetes/clock.ts';
import type { StepContainer, TaskPod } from '../../tekton/task-pod.ts';
import { logTimeOf, type LogItem } from './log-line.ts';
import { LogMerge, type LogSource } from './log-merge.ts';
import { PipelineRunPods, type PodList, type RunKey } from './pipeline-run-pods.ts';
import { lostPodLog, PodLog } from './pod-log.ts';
import { StepLog } from './step-log.ts';

/** Options of a {@link PipelineRunLog}. */
export interface PipelineRunLogOptions {
  readonly client: Pick<KubernetesClient, 'list' | 'log'>;
  readonly follow: boolean;
  /** Omits lines before this time. */
  readonly since?: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** The pods of a PipelineRun whose log has ended. */
export interface PodsRead {
  /** Whether there was a pod to read. */
  readonly hasRead: boolean;
  /** Whether there was a pod that was gone. */
  readonly hasLost: boolean;
}

/** Timeout of a call that follows a container, which may be silent for as long as it runs. */
const noTimeout = Infinity;

/** The log of a PipelineRun: the logs of its pods, merged by time. */
export class PipelineRunLog {
  private readonly members: PipelineRunPods;
  /** Names of the pods that are read, by UID: Tekton gives the replacement of a deleted pod the same name. */
  private readonly read = new Map<string, string>();
  private hasLost = false;

  constructor(
    private readonly run: RunKey,
    private readonly pods: PodList,
    private readonly options: PipelineRunLogOptions,
  ) {
    this.members = new PipelineRunPods(options.client, run);
  }

  /**
   * The lines, with keep-alives while no line arrives, until the log is complete or the signal aborts.
   *
   * @param signal to be aborted when the log is not read any more
   * @throws KubernetesError if the API server is unreachable or refuses
   */
  async *lines(signal: AbortSignal): AsyncGenerator<Exclude<LogItem, 'opened'>, PodsRead, undefined> {
    const { clock, since = '' } = this.options;
    for await (const item of new LogMerge(this.podLogs(signal), clock, signal).lines()) {
      if (item === 'keepAlive' || item.time >= since) yield item;
    }
    return { hasRead: this.read.size > 0, hasLost: this.hasLost };
  }

  /** The logs of the pods as they appear and, when the list of pods is final, notes about the missing ones. */
  private async *podLogs(signal: AbortSignal): AsyncGenerator<readonly LogSource[], void, undefined> {
    while (!signal.aborted) {
      const changed = this.pods.changed(signal);
      const { isFinal } = this.pods;
      if (isFinal) await this.members.refresh(signal);
      const own = await this.members.own(this.pods.list(), signal);
      const started = own.flatMap((pod) => this.startedPodLog(pod, signal));
      // Together, because lines are merged in order only when all of their pods are known.
      yield isFinal ? [...started, ...this.lostPodLogs()] : started;
      if (isFinal) return;
      await changed;
    }
  }

  /** The log of a pod that has started and is not read yet. */
  private startedPodLog(pod: TaskPod, signal: AbortSignal): readonly LogSource[] {
    const startTime = pod.startTime === undefined ? undefined : logTimeOf(pod.startTime);
    if (startTime === undefined || this.read.has(pod.metadata.uid)) return [];
    this.read.set(pod.metadata.uid, pod.metadata.name);
    return [new PodLog(pod, startTime, (step) => this.stepLog(pod, step, signal), this.options.clock)];
  }

  private lostPodLogs(): readonly LogSource[] {
    const known = new Set(this.read.values());
    const lost = this.members.lost(this.pods.list()).filter(({ name }) => !known.has(name));
    this.hasLost = lost.length > 0;
    return lost.map((pod) => lostPodLog(pod, this.options.clock));
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
      changed: (until: AbortSignal) => pods.changed(until),
      open: (query: { follow: boolean; sinceTime?: string }, until: AbortSignal) => {
        const timeoutMs = query.follow ? noTimeout : undefined;
        return client.log({ namespace, name }, { container, ...query }, { signal: until, timeoutMs });
      },
    };
    return new StepLog(logged, { follow, sinceTime: since, clock, random, signal });
  }
}
