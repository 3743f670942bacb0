import { keyOf, uidOf } from '../history/identity.ts';
import { textAt } from '../history/json.ts';
import type { Change } from '../history/change.ts';
import { phaseOf, terminalPhases } from '../checker/timeline.ts';

/** How the executions and the locks of a chaos run stand at this moment. */
export class Progress {
  readonly #phases = new Map<string, string>();
  readonly #locks = new Set<string>();

  /** Takes a change into account. */
  observe(change: Change): void {
    if (change.kind === 'WorkflowExecution') this.#seeExecution(change);
    if (change.kind === 'Lease') this.#seeLease(change);
  }

  /** Executions by phase; those that were removed before they had ended are `Deleted`. */
  get byPhase(): Readonly<Record<string, number>> {
    return count(this.#phases.values());
  }

  get executions(): number {
    return this.#phases.size;
  }

  get ended(): number {
    return [...this.#phases.values()].filter((phase) => phase === 'Deleted' || terminalPhases.includes(phase)).length;
  }

  /** Locks that are there, held or kept for a cooldown. */
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
    if (textAt(change.object, 'metadata', 'labels', 'kubernaut.ai/lock') === undefined) return;
    if (change.gone) this.#locks.delete(keyOf(change));
    else this.#locks.add(keyOf(change));
  }
}

/** How often each value occurs, in the order of the names. */
export function count(values: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].toSorted()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
