/** Work that waits for its turn. */
export interface PacedWork {
  run(): void;
  /** Its share of the turn; 1 by default. */
  readonly cost?: number;
  /** Work that is obsolete when its turn comes is dropped. */
  isObsolete?(): boolean;
}

/** Calls that are started per turn of the event loop; each may take some tenths of a millisecond. */
export const callsPerTurn = 20;

/**
 * Does a bounded amount of work per turn of the event loop. Groups, such as connections, take turns: a group with much
 * work delays only its own.
 */
export class PacedQueue {
  private readonly waiting = new Map<unknown, PacedWork[]>();
  private left: number;
  private isScheduled = false;

  /** @param perTurn units of work per turn, together some milliseconds */
  constructor(private readonly perTurn: number) {
    this.left = perTurn;
  }

  /** Runs the work, immediately if nothing waits. The work of a group runs in order. */
  add(group: unknown, work: PacedWork): void {
    if (work.isObsolete?.() === true) return;
    if (this.tryTake(work.cost)) return work.run();
    const queue = this.waiting.get(group);
    if (queue === undefined) this.waiting.set(group, [work]);
    else queue.push(work);
  }

  /** Takes units of work, all of them if the turn has any left; a promise to wait for if it has none. */
  take(cost = 1, group?: unknown): Promise<void> | undefined {
    return this.tryTake(cost) ? undefined : new Promise((resolve) => this.add(group, { run: resolve, cost }));
  }

  private tryTake(cost = 1): boolean {
    this.schedule();
    if (this.waiting.size > 0 || this.left <= 0) return false;
    this.left -= cost;
    return true;
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.left = this.perTurn;
      while (this.left > 0 && this.waiting.size > 0) this.runNext();
      if (this.waiting.size > 0) this.schedule();
    });
  }

  private runNext(): void {
    for (const [group, queue] of this.waiting) {
      this.waiting.delete(group);
      const at = queue.findIndex((work) => work.isObsolete?.() !== true);
      if (at < 0) continue;
      const [work] = queue.splice(0, at + 1).slice(-1);
      // To the end, behind the other groups.
      if (queue.length > 0) this.waiting.set(group, queue);
      this.left -= work?.cost ?? 1;
      return work?.run();
    }
  }
}
