/** Wakes one that waits. A ring that nobody waited for is heard by the next wait, so none is lost. */
export class Doorbell {
  private heard = false;
  private answer?: () => void;

  ring(): void {
    if (this.answer === undefined) this.heard = true;
    else this.answer();
  }

  /** Resolves at the next ring, or at once when there was one since the last wait. One may wait at a time. */
  async wait(): Promise<void> {
    if (!this.heard) await new Promise<void>((resolve) => (this.answer = resolve));
    this.heard = false;
    this.answer = undefined;
  }
}
