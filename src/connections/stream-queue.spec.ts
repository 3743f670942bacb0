import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { StreamQueue } from './stream-queue.ts';

class FakeStream extends EventEmitter {
  closed = false;
  destroyed = false;

  close(): void {
    this.closed = true;
    this.emit('close');
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A queue, and which streams it has handed on. */
function fixture() {
  const queue = new StreamQueue();
  const served: string[] = [];
  const add = (connection: object, name: string): FakeStream => {
    const stream = new FakeStream();
    queue.add(connection, stream, () => served.push(name));
    return stream;
  };
  const fill = (connection: object, count: number) =>
    Array.from({ length: count }, (_, at) => add(connection, `flood ${at}`));
  return { served, add, fill };
}

describe('streams', () => {
  it('are handed on at once where few come', () => {
    const { served, add } = fixture();

    add({}, 'one');

    expect(served).toEqual(['one']);
  });

  it('are handed on 20 in a turn of the event loop', async () => {
    const { served, fill } = fixture();

    fill({}, 50);
    const counts = [served.length];
    for (let turn = 0; turn < 3; turn++) {
      await nextTurn();
      counts.push(served.length);
    }

    expect(counts).toEqual([20, 40, 50, 50]);
  });

  it('of one connection do not wait for those of another', async () => {
    const { served, add, fill } = fixture();
    fill({}, 1_000);

    add({}, 'good');
    await nextTurn();

    expect(served.slice(20, 22)).toEqual(['flood 20', 'good']);
  });

  it('that are closed meanwhile are dropped', async () => {
    const { served, add, fill } = fixture();
    const streams = fill({}, 1_000);

    streams.forEach((stream) => stream.close());
    add({}, 'good');
    await nextTurn();

    expect(served.slice(20)).toEqual(['good']);
  });

  it('that are closed already are not handed on', async () => {
    const { served, fill } = fixture();
    const streams = fill({}, 30);

    for (const stream of streams) stream.destroyed = true;
    await nextTurn();

    expect(served).toHaveLength(20);
  });
});
