/**
 * Shares the event loop: many callers with much to be done for them take turns, first come first served, and everything else
 * is not kept waiting for longer than a turn takes.
 */
export class Turns {
  private left: number;
  private readonly queue: (() => void)[] = [];
  private armed = false;

  /** @param perTurn how much is done before the event loop goes round: some milliseconds of work */
  constructor(private readonly perTurn: number) {
    this.left = perTurn;
  }

  /** Takes one; there is a promise to wait for when there is none left in this turn. */
  take(): Promise<void> | undefined {
    this.arm();
    if (this.left === 0) return new Promise((resolve) => this.queue.push(resolve));
    this.left--;
    return undefined;
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    setImmediate(() => {
      this.armed = false;
      const next = this.queue.splice(0, this.perTurn);
      this.left = this.perTurn - next.length;
      if (next.length > 0) this.arm();
      for (const resolve of next) resolve();
    });
  }
}
