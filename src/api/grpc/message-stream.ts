import type { ServerWritableStream } from '@grpc/grpc-js';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { Observable } from 'rxjs';

/** The gRPC call that a server stream writes to. */
export type WritableCall = Pick<ServerWritableStream<unknown, unknown>, 'writableNeedDrain' | 'once' | 'off'>;

/** Injects the {@link WritableCall} of a handler. */
export const OutgoingStream = createParamDecorator((_: unknown, context: ExecutionContext): WritableCall =>
  context.getArgByIndex<WritableCall>(2),
);

/**
 * The messages of a server stream as Nest expects them, pulled from their source only as fast as the client reads. The
 * source is closed when the client disconnects.
 */
export function messageStream<T>(call: WritableCall, messages: AsyncIterable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const closed = new AbortController();
    void (async () => {
      try {
        for await (const message of messages) {
          if (subscriber.closed) return;
          subscriber.next(message);
          if (call.writableNeedDrain) await drained(call, closed.signal);
        }
        subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      }
    })();
    return () => closed.abort();
  });
}

/** Resolves when the call can be written to again, or is closed. */
function drained(call: WritableCall, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      closed.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    closed.addEventListener('abort', done, { once: true });
    if (closed.aborted) done();
  });
}
