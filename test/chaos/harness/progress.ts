import { lockLabel } from '../../../src/locking/lock-lease.ts';
import { keyOf, uidOf } from '../history/identity.ts';
import { textAt } from '../history/json.ts';
import type { Change } from '../history/change.ts';
import { phaseOf, terminalPhases } from '../checker/timeline.ts';

/** Current numbers of executions and locks. */
export class Progress {
  readonly #phases = new Map<string, string>();
  readonly #locks = new Set<string>();

  /** Observes a change. */
  observe(change: Change): void {
    if (change.kind === 'WorkflowExecution') this.#seeExecution(change);
    if (change.kind === 'Lease') this.#seeLease(change);
  }

  /** Executions by phase; `Deleted` if deleted before they ended. */
  get byPhase(): Readonly<Record<string, number>> {
    return count(this.#phases.values());
  }

  get executions(): number {
    return this.#phases.size;
  }

  get ended(): number {
    return [...this.#phases.values()].filter((phase) => phase === 'Deleted' || terminalPhases.includes(phase)).length;
  }

  /** Existing locks, held or kept for a cooldown. */
  get locks(): number {
    return this.#locks.size;
  }

  #seeExecution(change: Change): void {
    const uid = uidOf(change);
    const phase = phaseOf(change);
    const isLeaving = textAt(change.object, 'metadata', 'deletionTimestamp') !== undefined;
    if (change.gone) this.#phases.set(uid, terminalPhases.includes(phase) ? phase : 'Deleted');
    else this.#phases.set(uid, isLeaving ? 'Deleting' : phase);
  }

  #seeLease(change: Change): void {
    if (textAt(change.object, 'metadata', 'labels', lockLabel.name) === undefined) return;
    if (change.gone) this.#locks.delete(keyOf(change));
    else this.#locks.add(keyOf(change));
  }
}

/** Counts each value, sorted by value. */
export function count(values: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].toSorted()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
