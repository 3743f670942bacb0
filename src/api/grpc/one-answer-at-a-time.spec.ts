import { expect, it } from '@jest/globals';
import { Metadata, type ServerInterceptingCall } from '@grpc/grpc-js';
import { oneAnswerAtATime } from './one-answer-at-a-time.ts';

type Transport = ConstructorParameters<typeof ServerInterceptingCall>[0];
type Listener = Parameters<Transport['start']>[0];

/** A call whose client takes answers when it is told to. */
function callOf(path: string) {
  let transport: Listener | undefined;
  const unread: (() => void)[] = [];
  const seen: unknown[] = [];
  const next = {
    start: (listener: Listener) => void (transport = listener),
    sendMetadata: () => undefined,
    sendMessage: (_message: unknown, sent: () => void) => void unread.push(sent),
  } as unknown as Transport;
  const call = oneAnswerAtATime({ path } as never, next);
  call.start({
    onReceiveMetadata: () => undefined,
    onReceiveMessage: (message: unknown) => {
      seen.push(message);
      call.sendMessage('answer', () => undefined);
    },
    onReceiveHalfClose: () => undefined,
    onCancel: () => undefined,
  });
  transport?.onReceiveMetadata(new Metadata());
  return { seen, ask: (message: string) => transport?.onReceiveMessage(message), read: () => unread.shift()?.() };
}

it('a message to reflection waits until the answer to the one before was taken', () => {
  const { seen, ask, read } = callOf('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo');
  ask('first');
  ask('second');

  expect(seen).toEqual(['first']);
  read();
  expect(seen).toEqual(['first', 'second']);
});
