import { terminalPhases } from '../../chaos/checker/timeline.ts';
import { objectsAt, textAt } from '../../chaos/history/json.ts';
import type { ObjectChange } from '../../chaos/observer/stored-object.ts';
import { longestGap, toSeconds } from '../client/call-summary.ts';

/** An execution as the cluster's store has it. */
interface ObservedExecution {
  readonly seenMs: number;
  name: string;
  resourceVersion: string;
  phase: string;
}

/** What became of the executions of a drill. */
export interface ExecutionFigures {
  readonly executions: number;
  /** Answered as created, and not in the cluster. */
  readonly lost: number;
  /** In the cluster, and created by nobody; or with more than one PipelineRun. */
  readonly doubled: number;
  /** Not Completed in the end. */
  readonly notCompleted: number;
  /** Seconds from an execution to its PipelineRun: the longest. */
  readonly longestUntilPipelineRun: number;
}

/** Sees what is stored of one namespace, at etcd, so that it misses nothing while the API server is away. */
export class EtcdWatcher {
  readonly #namespace: string;
  readonly #executions = new Map<string, ObservedExecution>();
  /** When each PipelineRun was first seen, by the execution that owns it. */
  readonly #runs = new Map<string, Map<string, number>>();
  readonly #now: () => number;

  constructor(namespace: string, now: () => number = () => performance.now()) {
    this.#namespace = namespace;
    this.#now = now;
  }

  /** Takes a change into account. */
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

  /** How many of the executions that it has seen have ended. */
  get ended(): number {
    return [...this.#executions.values()].filter(({ phase }) => terminalPhases.includes(phase)).length;
  }

  get executions(): number {
    return this.#executions.size;
  }

  /** The latest state of every execution by name: its resource version. */
  get latest(): ReadonlyMap<string, string> {
    return new Map([...this.#executions.values()].map(({ name, resourceVersion }) => [name, resourceVersion]));
  }

  /**
   * Seconds from a moment (of `performance.now()`) to the first PipelineRun of an execution that came after it. One of an
   * earlier execution may be the last thing that somebody did who is gone since.
   */
  secondsToNextRun(fromMs: number): number | undefined {
    const later = [...this.#executions].filter(([, { seenMs }]) => seenMs > fromMs);
    const runs = later.flatMap(([uid]) => this.#firstRun(uid));
    return runs.length === 0 ? undefined : toSeconds(Math.min(...runs) - fromMs);
  }

  /** The sentences about executions, given the uids of those that clients were told to be created. */
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
