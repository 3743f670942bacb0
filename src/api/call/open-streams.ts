import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { Call } from './call.ts';
import { ApiError } from '../errors/api-error.ts';

/** One answer that lasts. Dispose of it when it ends. */
export interface OpenStream extends Disposable {
  /** Aborts when the stream has to end; its reason is an {@link ApiError} when it was not the caller who ended it. */
  readonly signal: AbortSignal;
}

/** How long a caller waits before it opens another stream, in milliseconds. */
const retryAfterMs = 5_000;

/**
 * The streams that are open: not too many of them, none for longer than its caller's right lasts, and none left when the
 * service stops.
 */
@Injectable()
export class OpenStreams {
  private readonly open_ = new Map<AbortController, string>();
  private ending?: ApiError;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'maxStreams' | 'maxStreamsPerCaller' | 'authCacheMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** How many are open. */
  get size(): number {
    return this.open_.size;
  }

  /**
   * Counts a stream as open until it is disposed of.
   *
   * @throws ApiError ResourceExhausted when there are too many, Unavailable when the service stops
   */
  open(call: Call): OpenStream {
    const caller = call.caller?.username ?? '';
    this.assertRoomFor(caller);
    const controller = new AbortController();
    this.open_.set(controller, caller);
    const disposed = new AbortController();
    void this.recheck(call, controller, disposed.signal);
    const { endsInMs } = call;
    const cancelEnd =
      endsInMs === undefined ? undefined : this.clock.setTimer(endsInMs, () => controller.abort(tooOld()));
    return {
      signal: AbortSignal.any([call.signal, controller.signal]),
      [Symbol.dispose]: () => {
        disposed.abort();
        cancelEnd?.();
        this.open_.delete(controller);
      },
    };
  }

  /** Ends every stream with this error, and refuses new ones with it. */
  endAll(reason: ApiError): void {
    this.ending = reason;
    for (const controller of this.open_.keys()) controller.abort(reason);
  }

  private assertRoomFor(caller: string): void {
    if (this.ending !== undefined) throw this.ending;
    const { maxStreams, maxStreamsPerCaller } = this.config;
    if (this.open_.size >= maxStreams) throw tooMany('the service has', maxStreams);
    const own = [...this.open_.values()].filter((other) => other === caller).length;
    if (own >= maxStreamsPerCaller) throw tooMany('the caller has', maxStreamsPerCaller);
  }

  /** Ends a stream when its caller has lost the right to it; never rejects. */
  private async recheck(call: Call, controller: AbortController, disposed: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await sleep(this.clock, this.config.authCacheMs, disposed);
        if (disposed.aborted) return;
        await call.recheck();
      }
    } catch (error) {
      controller.abort(error);
    }
  }
}

function tooOld(): ApiError {
  const message = 'the connection has reached its maximum age: go on on a new one, from the last resource version';
  return new ApiError('Unavailable', message, { retryAfterMs: 0 });
}

function tooMany(who: string, limit: number): ApiError {
  return new ApiError('ResourceExhausted', `${who} ${limit} streams open, and may have no more`, { retryAfterMs });
}

/**
 * Throws what a stream was ended with, unless its caller ended it.
 *
 * @throws ApiError the reason of the signal
 */
export function throwIfEnded({ signal }: Pick<OpenStream, 'signal'>): void {
  if (signal.reason instanceof ApiError) throw signal.reason;
}
