import { expect, it } from '@jest/globals';
import { Metadata, type ServerInterceptingCall } from '@grpc/grpc-js';
import { AnonymousCalls } from './anonymous-calls.ts';

type Transport = ConstructorParameters<typeof ServerInterceptingCall>[0];
type Listener = Parameters<Transport['start']>[0];

/** A call whose client reads a response when `read` is called. */
function callOf(path: string) {
  let transport: Listener | undefined;
  const unread: (() => void)[] = [];
  const received: unknown[] = [];
  const next = {
    start: (listener: Listener) => void (transport = listener),
    sendMetadata: () => undefined,
    sendMessage: (_message: unknown, sent: () => void) => void unread.push(sent),
  } as unknown as Transport;
  const call = new AnonymousCalls().interceptor({ path } as never, next);
  call.start({
    onReceiveMetadata: () => undefined,
    onReceiveMessage: (message: unknown) => {
      received.push(message);
      call.sendMessage('answer', () => undefined);
    },
    onReceiveHalfClose: () => undefined,
    onCancel: () => undefined,
  });
  transport?.onReceiveMetadata(new Metadata());
  return { received, ask: (message: string) => transport?.onReceiveMessage(message), read: () => unread.shift()?.() };
}

it('a message to reflection waits until the response to the previous one is sent', () => {
  const { received, ask, read } = callOf('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo');
  ask('first');
  ask('second');

  expect(received).toEqual(['first']);
  read();
  expect(received).toEqual(['first', 'second']);
});
