import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Call } from './call.ts';

/** A watch or log stream in progress. Dispose of it when it ends. */
export interface OpenStream extends Disposable {
  /** Aborts when the stream ends; the reason is an {@link ApiError} if the service ends it. */
  readonly signal: AbortSignal;
}

/** Retry time in milliseconds for callers with too many streams. */
const retryAfterMs = 5_000;

/**
 * The open streams: bounds their number, ends those whose caller loses its permission or whose connection reaches its
 * maximum age, and ends all of them at shutdown.
 */
@Injectable()
export class OpenStreams {
  /** The user name of each. */
  private readonly streams = new Map<AbortController, string>();
  private shutdown?: ApiError;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'maxStreams' | 'maxStreamsPerCaller' | 'authCacheMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.streams.size;
  }

  /**
   * Opens a stream.
   *
   * @throws ApiError ResourceExhausted if there are too many, Unavailable after {@link endAll}
   */
  open(call: Call): OpenStream {
    const caller = call.caller?.username ?? '';
    this.assertBelowLimits(caller);
    const controller = new AbortController();
    this.streams.set(controller, caller);
    void this.recheck(call, controller);
    const { endsInMs } = call;
    const cancelEnd =
      endsInMs === undefined ? undefined : this.clock.setTimer(endsInMs, () => controller.abort(tooOld()));
    return {
      signal: AbortSignal.any([call.signal, controller.signal]),
      [Symbol.dispose]: () => {
        controller.abort();
        cancelEnd?.();
        this.streams.delete(controller);
      },
    };
  }

  /** Ends every stream with this error and refuses new ones with it. */
  endAll(reason: ApiError): void {
    this.shutdown = reason;
    for (const controller of this.streams.keys()) controller.abort(reason);
  }

  private assertBelowLimits(caller: string): void {
    if (this.shutdown !== undefined) throw this.shutdown;
    const { maxStreams, maxStreamsPerCaller } = this.config;
    if (this.streams.size >= maxStreams) throw tooMany('the service', maxStreams);
    const own = [...this.streams.values()].filter((other) => other === caller).length;
    if (own >= maxStreamsPerCaller) throw tooMany('the caller', maxStreamsPerCaller);
  }

  /** Ends a stream when its caller loses the permission; never rejects. */
  private async recheck(call: Call, controller: AbortController): Promise<void> {
    try {
      for (;;) {
        await sleep(this.clock, this.config.authCacheMs, controller.signal);
        if (controller.signal.aborted) return;
        await call.recheck();
      }
    } catch (error) {
      controller.abort(error);
    }
  }
}

function tooOld(): ApiError {
  const message = 'the connection has reached its maximum age; resume on a new one from the last resource version';
  return new ApiError('Unavailable', message, { retryAfterMs: 0 });
}

function tooMany(who: string, limit: number): ApiError {
  return new ApiError('ResourceExhausted', `${who} has reached its limit of ${limit} open streams`, { retryAfterMs });
}

/**
 * Throws why a stream was ended, unless its client ended it.
 *
 * @throws ApiError the reason of the signal
 */
export function throwIfEnded({ signal }: Pick<OpenStream, 'signal'>): void {
  if (signal.reason instanceof ApiError) throw signal.reason;
}
