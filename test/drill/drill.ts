import type { CallFigures } from './client/call-summary.ts';
import type { Fixture } from './harness/fixture.ts';
import type { ExecutionFigures } from './harness/etcd-watcher.ts';
import type { DrillSize } from './size.ts';

/** Figures of a drill. */
export interface DrillFigures extends CallFigures, ExecutionFigures {
  /** Seconds for which each replica was not ready, by name; those that always were are omitted. */
  readonly notReady: Readonly<Record<string, number>>;
  /** Longest time without a ready API, and without a ready controller, in seconds. */
  readonly noApiReady: number;
  readonly noControllerReady: number;
  /** Seconds from the loss of the leader to the next PipelineRun; undefined if no takeover was needed. */
  readonly untilNextPipelineRun: number | undefined;
  /** How often the watch resumed from its last event, and restarted from the current state. */
  readonly watchResumed: number;
  readonly watchStartedAnew: number;
  /** Executions whose last state the watch has not received. */
  readonly watchMissed: number;
  /** Number of exits without being stopped. */
  readonly exits: number;
  /** Figures of this drill alone: seconds or counts. */
  readonly facts: Readonly<Record<string, number>>;
}

/** An injected fault. */
export interface InjectedFault {
  /** A `performance.now()` from which there was no leader, if so. */
  readonly leaderlessMs?: number;
  readonly facts?: Readonly<Record<string, number>>;
}

/** A promise of docs/drills.md, and whether it was kept. */
export interface DrillPromise {
  readonly sentence: string;
  readonly kept: boolean;
}

/** A production failure that is injected while clients are served. */
export interface Drill {
  readonly name: string;
  /** What is injected. */
  readonly description: string;
  /** Whether clients and replicas use TLS. */
  readonly tls?: boolean;
  /** Call deadline in seconds, if it differs from the other drills. */
  readonly deadline?: number;
  /** Injects the fault while clients continue; resolves when it is over. */
  inject(fixture: Fixture): Promise<InjectedFault>;
  /** Promises of this drill besides the common ones. */
  promises(figures: DrillFigures, size: DrillSize): readonly DrillPromise[];
}

/** Promises of every drill. */
export function commonPromises(figures: DrillFigures): readonly DrillPromise[] {
  return [
    promise('no call fails for a client that retries as documented', figures.failed === 0 && figures.calls > 0),
    promise('no execution is lost', figures.lost === 0 && figures.executions > 0),
    promise('no execution is duplicated or run twice', figures.doubled === 0),
    promise('every execution completes', figures.notCompleted === 0),
    promise('a resumed watch misses nothing', figures.watchMissed === 0),
  ];
}

/** A promise, and whether it was kept. */
export function promise(sentence: string, kept: boolean): DrillPromise {
  return { sentence, kept };
}
