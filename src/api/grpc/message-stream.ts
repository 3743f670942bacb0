import type { ServerWritableStream } from '@grpc/grpc-js';
import { Observable } from 'rxjs';
import type { Clock } from '../../kubernetes/clock.ts';
import { KeepAlive } from '../call/keep-alive.ts';

/** What a server stream needs to know of its call. */
export type WritableCall = Pick<ServerWritableStream<unknown, unknown>, 'writableNeedDrain' | 'once' | 'off'>;

/** What a stream sends when it has had no message for a while. */
export interface KeepAliveMessage<T> {
  readonly clock: Clock;
  readonly message: T;
}

/**
 * Messages as Nest wants them of a handler of a server stream, taken from their source only as fast as the caller reads:
 * nothing is asked for while the call's buffer is full. When the caller goes away the source is told (`return`).
 */
export function messageStream<T>(
  call: WritableCall,
  messages: AsyncIterable<T>,
  quiet?: KeepAliveMessage<T>,
): Observable<T> {
  return new Observable<T>((subscriber) => {
    const gone = new AbortController();
    const keepAlive =
      quiet && new KeepAlive(quiet.clock, () => call.writableNeedDrain || subscriber.next(quiet.message));
    void (async () => {
      try {
        for await (const message of messages) {
          if (subscriber.closed) return;
          keepAlive?.sent();
          subscriber.next(message);
          if (call.writableNeedDrain) await drained(call, gone.signal);
        }
        subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      }
    })();
    return () => {
      keepAlive?.[Symbol.dispose]();
      gone.abort();
    };
  });
}

/** Resolves when the call takes messages again, or when its caller is gone. */
function drained(call: WritableCall, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    gone.addEventListener('abort', done, { once: true });
    if (gone.aborted) done();
  });
}
