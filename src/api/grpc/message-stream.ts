import type { ServerWritableStream } from '@grpc/grpc-js';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { Observable } from 'rxjs';

/** The gRPC call that a server stream writes to. */
export type WritableCall = Pick<ServerWritableStream<unknown, unknown>, 'write'>;

/** Injects the {@link WritableCall} of a handler. */
export const OutgoingStream = createParamDecorator((_: unknown, context: ExecutionContext): WritableCall =>
  context.getArgByIndex<WritableCall>(2),
);

/**
 * Sends the messages of a server stream, and completes or fails as Nest expects. The next item is taken when HTTP/2 has sent
 * the last message, so a stream holds one: the buffer of grpc-js counts messages, however large they are. The source is closed
 * when the client disconnects.
 *
 * @param encode returns undefined for an item without a message
 */
export function messageStream<Item>(
  call: WritableCall,
  items: AsyncIterable<Item>,
  encode: (item: Item) => unknown,
): Observable<never> {
  return new Observable<never>((subscriber) => {
    // grpc-js does not call back for a message of a canceled call.
    let sent: () => void = () => undefined;
    void (async () => {
      try {
        for await (const item of items) {
          if (subscriber.closed) return;
          const message = encode(item);
          if (message === undefined) continue;
          await new Promise<void>((resolve) => {
            sent = resolve;
            call.write(message, resolve);
          });
          if (subscriber.closed) return;
        }
        subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      }
    })();
    return () => sent();
  });
}
