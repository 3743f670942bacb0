import { constants, type ServerHttp2Stream } from 'node:http2';
import { responseTimeoutMs } from '../../config/limits.ts';
import type { Clock } from '../../kubernetes/clock.ts';

/** How often responses are checked, in milliseconds. */
const checkEveryMs = 10_000;

interface OpenCall {
  readonly isWaiting: () => boolean;
  /** Time of the first check that found it waiting. */
  sinceMs?: number;
}

/**
 * Cancels calls whose client does not read a response, or an event of a watch, in time. One timer serves all calls: Node.js does
 * not clear the timer of a stream that is reset, which would keep the stream in memory.
 */
export class UnreadResponses {
  private readonly calls = new Map<ServerHttp2Stream, OpenCall>();

  constructor(private readonly clock: Pick<Clock, 'elapsedMs' | 'setTimer'>) {}

  /** Adds an open call, and how to recognize that it waits for its client. */
  add(call: ServerHttp2Stream, isWaiting: () => boolean): void {
    const open: OpenCall = { isWaiting };
    this.calls.set(call, open);
    call.on('drain', () => delete open.sinceMs);
    call.once('close', () => this.calls.delete(call));
  }

  /** Starts to check; returns a function that stops it. */
  start(): () => void {
    const check = () => {
      this.cancelOverdue();
      stop = this.clock.setTimer(checkEveryMs, check);
    };
    let stop = this.clock.setTimer(checkEveryMs, check);
    return () => stop();
  }

  private cancelOverdue(): void {
    const now = this.clock.elapsedMs();
    for (const [call, open] of this.calls) {
      if (!open.isWaiting()) continue;
      open.sinceMs ??= now;
      if (now - open.sinceMs >= responseTimeoutMs) call.close(constants.NGHTTP2_CANCEL);
    }
  }
}
