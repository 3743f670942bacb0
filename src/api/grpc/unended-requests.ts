import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Clock } from '../../kubernetes/clock.ts';

/** How often answered calls are checked, in milliseconds. */
const checkEveryMs = 1_000;

/**
 * Resets calls that are answered although their client has not ended its request, without an error (RFC 9113, section 8.1):
 * grpc-js leaves them open. An earlier reset, before Node.js has sent the end of the answer, would discard its trailers.
 */
export class UnendedRequests {
  private readonly answered = new Set<ServerHttp2Stream>();
  private stopTimer: (() => void) | undefined;

  constructor(private readonly clock: Pick<Clock, 'setTimer'>) {}

  /** Resets a call after its answer. */
  add(call: ServerHttp2Stream): void {
    call.once('finish', () => {
      if (call.readableEnded || call.destroyed) return;
      this.answered.add(call);
      call.once('close', () => this.answered.delete(call));
      this.stopTimer ??= this.clock.setTimer(checkEveryMs, () => this.check());
    });
  }

  /** Stops the timer. */
  stop(): void {
    this.stopTimer?.();
  }

  private check(): void {
    this.stopTimer = undefined;
    for (const call of this.answered) {
      if (call.state.localClose === 1) call.close(constants.NGHTTP2_NO_ERROR);
    }
    if (this.answered.size > 0) this.stopTimer = this.clock.setTimer(checkEveryMs, () => this.check());
  }
}
