import { constants, type ServerHttp2Stream } from 'node:http2';
import { responseTimeoutMs } from '../../config/limits.ts';
import type { Clock } from '../../kubernetes/clock.ts';

/** How often responses are checked, in milliseconds. */
const checkEveryMs = 10_000;

/**
 * Cancels calls whose client does not read the response in time. One timer serves all calls: Node.js does not clear the timer of
 * a stream that is reset, which would keep the stream in memory.
 */
export class UnreadResponses {
  /** The open calls, with the time of the first check that found their response begun. */
  private readonly calls = new Map<ServerHttp2Stream, number | undefined>();

  constructor(private readonly clock: Pick<Clock, 'elapsedMs' | 'setTimer'>) {}

  /** Adds an open call with a single response. */
  add(call: ServerHttp2Stream): void {
    this.calls.set(call, undefined);
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
    for (const [call, begunMs] of this.calls) {
      if (begunMs === undefined && call.headersSent) this.calls.set(call, now);
      if (begunMs !== undefined && now - begunMs >= responseTimeoutMs) call.close(constants.NGHTTP2_CANCEL);
    }
  }
}
