import type { ServerWritableStream } from '@grpc/grpc-js';
import { Observable } from 'rxjs';

/** What a server stream needs to know of its call. */
export type WritableCall = Pick<ServerWritableStream<unknown, unknown>, 'writableNeedDrain' | 'once' | 'off'>;

/**
 * Messages as Nest wants them of a handler of a server stream, taken from their source only as fast as the caller reads:
 * nothing is asked for while the call's buffer is full. When the caller goes away the source is told (`return`).
 */
export function messageStream<T>(call: WritableCall, messages: AsyncIterable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const gone = new AbortController();
    void (async () => {
      try {
        for await (const message of messages) {
          if (subscriber.closed) return;
          subscriber.next(message);
          if (call.writableNeedDrain) await drained(call, gone.signal);
        }
        subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      }
    })();
    return () => gone.abort();
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
