import { Injectable } from '@nestjs/common';
import { PacedQueue } from '../../connections/paced-queue.ts';
import { whyEnded, type Call } from '../call/call.ts';

/** Executions that are scanned per turn of the event loop: some milliseconds of the most expensive filter. */
export const scannedPerTurn = 5_000;

/** A call that reads the cache. */
export type ReadingCall = Pick<Call, 'caller' | 'signal'>;

/** Bounds the time for which calls that read much of the cache hold the event loop, all of them together. */
@Injectable()
export class PacedReads {
  private readonly turns = new PacedQueue(1);

  /**
   * Waits for a turn of the event loop in which no other call reads; callers alternate.
   *
   * @throws ApiError if the call ends first: why the service ended it, else Cancelled
   */
  async turn({ caller, signal }: ReadingCall): Promise<void> {
    await this.turns.take(1, caller?.username);
    if (signal.aborted) throw whyEnded(signal);
  }

  /**
   * Visits items, a bounded number of them per turn of the event loop.
   *
   * @param items may change between two turns
   * @throws ApiError as {@link turn}
   */
  async scan<T>(items: Iterable<T>, visit: (item: T) => void, call: ReadingCall): Promise<void> {
    let left = 0;
    for (const item of items) {
      if (left === 0) {
        await this.turn(call);
        left = scannedPerTurn;
      }
      left -= 1;
      visit(item);
    }
  }
}
