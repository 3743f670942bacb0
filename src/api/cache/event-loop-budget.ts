/**
 * Bounds the work per turn of the event loop. Callers beyond the budget wait for a later turn, in FIFO order, so that
 * other requests are served in between.
 */
export class EventLoopBudget {
  private left: number;
  private readonly waiting: (() => void)[] = [];
  private isScheduled = false;

  /** @param perTurn units of work per turn; together they should take a few milliseconds */
  constructor(private readonly perTurn: number) {
    this.left = perTurn;
  }

  /** Spends one unit; returns a promise to wait for if this turn's budget is used up. */
  spend(): Promise<void> | undefined {
    this.schedule();
    if (this.left === 0) return new Promise((resolve) => this.waiting.push(resolve));
    this.left--;
    return undefined;
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      const next = this.waiting.splice(0, this.perTurn);
      this.left = this.perTurn - next.length;
      if (next.length > 0) this.schedule();
      for (const resolve of next) resolve();
    });
  }
}
