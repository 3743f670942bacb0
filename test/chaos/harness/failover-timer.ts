import type { Change } from '../history/change.ts';
import { textAt } from '../history/json.ts';
import { markerOf } from '../history/markers.ts';

/** Measures the time from a leader's death to the next PipelineRun. */
export class FailoverTimer {
  readonly #known = new Set<string>();
  readonly #seconds: number[] = [];
  #diedAt: number | undefined;

  /** Seconds of each failover that nothing else disturbed, to a tenth. */
  get seconds(): readonly number[] {
    return this.#seconds;
  }

  /** Starts a measurement at a `performance.now()`, after all of the leader's work has been observed. */
  leaderDied(at: number): void {
    this.#diedAt = at;
  }

  /** Discards the current measurement, because another fault interferes. */
  disturb(): void {
    this.#diedAt = undefined;
  }

  /** Observes a change. */
  observe({ kind, object }: Change): void {
    const uid = textAt(object, 'metadata', 'uid') ?? '';
    if (kind !== 'PipelineRun' || this.#known.has(uid) || markerOf(object, 'foreignRun') !== undefined) return;
    this.#known.add(uid);
    if (this.#diedAt === undefined) return;
    this.#seconds.push(Math.round((performance.now() - this.#diedAt) / 100) / 10);
    this.#diedAt = undefined;
  }
}
