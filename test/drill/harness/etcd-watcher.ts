import { terminalPhases } from '../../chaos/checker/timeline.ts';
import { objectsAt, textAt } from '../../chaos/history/json.ts';
import type { ObjectChange } from '../../chaos/observer/stored-object.ts';
import { longestGap, toSeconds } from '../client/call-summary.ts';

/** The observed state of an execution. */
interface ObservedExecution {
  readonly seenMs: number;
  name: string;
  resourceVersion: string;
  phase: string;
}

/** Figures about the executions of a drill. */
export interface ExecutionFigures {
  readonly executions: number;
  /** Acknowledged but not in the cluster. */
  readonly lost: number;
  /** In the cluster without a request, or with more than one PipelineRun. */
  readonly doubled: number;
  /** Not Completed at the end. */
  readonly notCompleted: number;
  /** Longest time from an execution to its PipelineRun in seconds. */
  readonly longestUntilPipelineRun: number;
}

/** Observes the objects of one namespace in etcd, so that it misses nothing while the API server is down. */
export class EtcdWatcher {
  readonly #namespace: string;
  readonly #executions = new Map<string, ObservedExecution>();
  /** When each PipelineRun was first observed, by owner UID. */
  readonly #runs = new Map<string, Map<string, number>>();
  readonly #now: () => number;

  constructor(namespace: string, now: () => number = () => performance.now()) {
    this.#namespace = namespace;
    this.#now = now;
  }

  /** Observes a change. */
  observe({ kind, namespace, name, revision, object }: ObjectChange): void {
    if (namespace !== this.#namespace || object === undefined) return;
    const uid = textAt(object, 'metadata', 'uid') ?? '';
    if (kind === 'WorkflowExecution') {
      const seenMs = this.#executions.get(uid)?.seenMs ?? this.#now();
      const phase = textAt(object, 'status', 'phase') ?? 'Pending';
      this.#executions.set(uid, { seenMs, name, phase, resourceVersion: String(revision) });
    }
    if (kind === 'PipelineRun') this.#seeRun(uid, objectsAt(object, 'metadata', 'ownerReferences'));
  }

  /** Number of executions that have ended. */
  get ended(): number {
    return [...this.#executions.values()].filter(({ phase }) => terminalPhases.includes(phase)).length;
  }

  get executions(): number {
    return this.#executions.size;
  }

  /** Latest resourceVersion of each execution by name. */
  get latest(): ReadonlyMap<string, string> {
    return new Map([...this.#executions.values()].map(({ name, resourceVersion }) => [name, resourceVersion]));
  }

  /**
   * Seconds from a `performance.now()` to the first PipelineRun of an execution created after it. A PipelineRun of an earlier
   * one may still be the previous leader's work.
   */
  secondsToNextRun(fromMs: number): number | undefined {
    const later = [...this.#executions].filter(([, { seenMs }]) => seenMs > fromMs);
    const runs = later.flatMap(([uid]) => this.#firstRun(uid));
    return runs.length === 0 ? undefined : toSeconds(Math.min(...runs) - fromMs);
  }

  /** Figures, given the UIDs that clients received for created executions. */
  figures(created: ReadonlySet<string>): ExecutionFigures {
    const seen = [...this.#executions];
    const waits = seen.map(([uid, { seenMs }]) => longestGap([seenMs, ...this.#firstRun(uid)]));
    const strangers = seen.filter(([uid]) => !created.has(uid)).length;
    const twice = [...this.#runs.values()].filter(({ size }) => size > 1).length;
    return {
      executions: seen.length,
      lost: [...created].filter((uid) => !this.#executions.has(uid)).length,
      doubled: strangers + twice,
      notCompleted: seen.filter(([, { phase }]) => phase !== 'Completed').length,
      longestUntilPipelineRun: toSeconds(Math.max(0, ...waits)),
    };
  }

  #seeRun(uid: string, owners: readonly object[]): void {
    const owner = textAt(owners[0], 'uid') ?? '';
    const runs = this.#runs.get(owner) ?? new Map<string, number>();
    if (!runs.has(uid)) runs.set(uid, this.#now());
    this.#runs.set(owner, runs);
  }

  #firstRun(owner: string): readonly number[] {
    return [...(this.#runs.get(owner)?.values() ?? [])].slice(0, 1);
  }
}
