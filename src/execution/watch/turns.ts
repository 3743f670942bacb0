/** How many events are handled before the event loop goes round: about 5 ms of work. */
const perTurn = 256;

/**
 * Shares the event loop: many streams that have much to tell take turns, first come first served, and everything else is
 * not kept waiting for longer than a turn takes.
 */
export class Turns {
  private left = perTurn;
  private readonly queue: (() => void)[] = [];
  private armed = false;

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
      const next = this.queue.splice(0, perTurn);
      this.left = perTurn - next.length;
      if (next.length > 0) this.arm();
      for (const resolve of next) resolve();
    });
  }
}
