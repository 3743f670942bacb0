import { once, type EventEmitter } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { Observable } from 'rxjs';

/** The gRPC call that a server stream writes to. */
export type WritableCall = EventEmitter & Pick<ServerWritableStream<unknown, unknown>, 'writableNeedDrain'>;

/** Injects the {@link WritableCall} of a handler. */
export const OutgoingStream = createParamDecorator((_: unknown, context: ExecutionContext): WritableCall =>
  context.getArgByIndex<WritableCall>(2),
);

/**
 * The messages of a server stream as Nest expects them. Items are pulled from their source only as fast as the client
 * reads. The source is closed when the client disconnects.
 *
 * @param encode returns undefined for an item without a message
 */
export function messageStream<Item, Message>(
  call: WritableCall,
  items: AsyncIterable<Item>,
  encode: (item: Item) => Message | undefined,
): Observable<Message> {
  return new Observable<Message>((subscriber) => {
    const closed = new AbortController();
    void (async () => {
      try {
        for await (const item of items) {
          if (subscriber.closed) return;
          const message = encode(item);
          if (message !== undefined) subscriber.next(message);
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
async function drained(call: WritableCall, closed: AbortSignal): Promise<void> {
  await once(call, 'drain', { signal: closed }).catch(() => undefined);
}
