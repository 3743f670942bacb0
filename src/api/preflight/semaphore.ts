import { CancelledError } from '../../kubernetes/errors.ts';
import { unlessAborted } from '../../kubernetes/async.ts';

/** Slots that are handed out in the order of the requests. */
export class Semaphore {
  private readonly waiting = new Set<() => void>();

  constructor(private left: number) {}

  /** Waits for a slot; rejects with CancelledError when `signal` aborts first. */
  async acquire(signal: AbortSignal): Promise<void> {
    if (this.left > 0 && !signal.aborted) return void (this.left -= 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.add(resolve);
    try {
      await unlessAborted(promise, signal, () => new CancelledError('Waiting for a slot was cancelled'));
    } catch (error) {
      // It may have been granted in the same turn.
      if (!this.waiting.delete(resolve)) this.release();
      throw error;
    }
  }

  release(): void {
    const [next] = this.waiting;
    if (next === undefined) return void (this.left += 1);
    this.waiting.delete(next);
    next();
  }
}
