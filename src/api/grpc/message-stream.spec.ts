import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { messageStream } from './message-stream.ts';

/** A call whose buffer is full as long as `writableNeedDrain` is set, and a source that counts what was taken. */
function aStream() {
  const call = Object.assign(new EventEmitter(), { writableNeedDrain: false });
  const source = { taken: 0, returned: false };
  async function* messages(): AsyncGenerator<number> {
    try {
      for (;;) yield await Promise.resolve(++source.taken);
    } finally {
      source.returned = true;
    }
  }
  const received: number[] = [];
  const subscription = messageStream(call, messages(), (message) => message).subscribe((message) => {
    received.push(message);
    call.writableNeedDrain = received.length % 2 === 0;
  });
  return { call, source, received, subscription };
}

describe('a stream of messages', () => {
  it('pulls no message while the buffer of the call is full', async () => {
    const { call, source, received, subscription } = aStream();
    await settle();
    expect(source.taken).toBe(2);

    call.emit('drain');
    await settle();

    expect(source.taken).toBe(4);
    expect(received).toEqual([1, 2, 3, 4]);
    subscription.unsubscribe();
  });

  it('closes its source when the client disconnects', async () => {
    const { call, source, subscription } = aStream();
    await settle();

    subscription.unsubscribe();
    await settle();

    expect(source).toEqual({ taken: 3, returned: true });
    expect(call.eventNames()).toEqual([]);
  });
});
