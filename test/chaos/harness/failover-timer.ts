import type { Change } from '../history/change.ts';
import { textAt } from '../history/json.ts';
import { markerOf } from '../history/markers.ts';

/** Measures how long executions wait when the leader dies: until the next PipelineRun is created. */
export class FailoverTimer {
  readonly #known = new Set<string>();
  readonly #seconds: number[] = [];
  #diedAt: number | undefined;

  /** From each death of a leader to the next PipelineRun, to a tenth of a second; those that nothing else disturbed. */
  get seconds(): readonly number[] {
    return this.#seconds;
  }

  /** The leader has died, at a `performance.now()`, and everything has been told that it had created. */
  leaderDied(at: number): void {
    this.#diedAt = at;
  }

  /** Something else goes wrong now, so that what is being measured would say nothing. */
  disturb(): void {
    this.#diedAt = undefined;
  }

  /** Takes a change into account. */
  observe({ kind, object }: Change): void {
    const uid = textAt(object, 'metadata', 'uid') ?? '';
    if (kind !== 'PipelineRun' || this.#known.has(uid) || markerOf(object, 'foreignRun') !== undefined) return;
    this.#known.add(uid);
    if (this.#diedAt === undefined) return;
    this.#seconds.push(Math.round((performance.now() - this.#diedAt) / 100) / 10);
    this.#diedAt = undefined;
  }
}
