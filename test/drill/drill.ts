import type { CallFigures } from './client/call-summary.ts';
import type { Fixture } from './harness/fixture.ts';
import type { ExecutionFigures } from './harness/etcd-watcher.ts';
import type { DrillSize } from './size.ts';

/** What happened in a drill, in figures. */
export interface DrillFigures extends CallFigures, ExecutionFigures {
  /** Seconds that each replica was not ready, by its name; those that always were are left out. */
  readonly notReady: Readonly<Record<string, number>>;
  /** Seconds without any ready replica of the API, and of the controller: the longest. */
  readonly noApiReady: number;
  readonly noControllerReady: number;
  /** Seconds from what happened to the next PipelineRun, where somebody had to take over; else undefined. */
  readonly untilNextPipelineRun: number | undefined;
  /** How often the watch went on from its last event, and from the current state. */
  readonly watchResumed: number;
  readonly watchStartedAnew: number;
  /** Executions whose last state the watch was not told. */
  readonly watchMissed: number;
  /** How often a replica has ended without having been told to. */
  readonly exits: number;
  /** What only this drill can tell, in seconds or how often. */
  readonly facts: Readonly<Record<string, number>>;
}

/** What has been done to a stage. */
export interface InjectedFault {
  /** A `performance.now()` from which on nobody led, where that is so. */
  readonly leaderlessMs?: number;
  readonly facts?: Readonly<Record<string, number>>;
}

/** Something that docs/drills.md promises, and whether it was so. */
export interface DrillPromise {
  readonly sentence: string;
  readonly kept: boolean;
}

/** Something that goes wrong in production, done on purpose while clients are served. */
export interface Drill {
  readonly name: string;
  /** What happens, for whoever watches. */
  readonly description: string;
  /** Whether clients and replicas speak TLS. */
  readonly tls?: boolean;
  /** Seconds that clients wait for an answer, where that is not as in the other drills. */
  readonly deadline?: number;
  /** Makes it happen; resolves when it is over. Clients go on all the while. */
  inject(stage: Fixture): Promise<InjectedFault>;
  /** What is promised beyond what is promised of every drill. */
  promises(figures: DrillFigures, size: DrillSize): readonly DrillPromise[];
}

/** What is promised of every drill. */
export function commonPromises(figures: DrillFigures): readonly DrillPromise[] {
  return [
    promise('no call fails for a client that tries again as it is told', figures.failed === 0 && figures.calls > 0),
    promise('no execution is lost', figures.lost === 0 && figures.executions > 0),
    promise('no execution is doubled or run twice', figures.doubled === 0),
    promise('every execution comes to its end', figures.notCompleted === 0),
    promise('a watch that is resumed has missed nothing', figures.watchMissed === 0),
  ];
}

/** A promise, and whether it was kept. */
export function promise(sentence: string, kept: boolean): DrillPromise {
  return { sentence, kept };
}
