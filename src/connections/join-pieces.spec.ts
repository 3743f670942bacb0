import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { joinPieces } from './join-pieces.ts';

/** A body whose pieces are pushed as Node.js does for a connection, and how often the connection was asked for more. */
function body(block: number, highWaterMark?: number) {
  const asked = { times: 0 };
  const stream = new Readable({ highWaterMark, read: () => void (asked.times += 1) });
  joinPieces(stream, { readyBytes: (_, length) => (length < block ? 0 : length), admits: () => true });
  return { stream, asked };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('a body in pieces', () => {
  it('is passed on in blocks, and its end with the rest', async () => {
    const { stream } = body(1_000);
    const blocks: number[] = [];
    stream.on('data', (block: Buffer) => blocks.push(block.length));
    await nextTurn();

    for (let piece = 0; piece < 2_500; piece++) {
      stream.push(Buffer.from('x'));
      if (piece % 500 === 0) await nextTurn();
    }
    stream.push(null);
    await nextTurn();

    expect(blocks).toEqual([1_000, 1_000, 500]);
  });

  it('is held as one block until it is read, and then read on', async () => {
    const { stream, asked } = body(10);

    const wants = Array.from({ length: 100 }, () => stream.push(Buffer.from('x')));
    expect(wants).not.toContain(true);
    const blocks: number[] = [];
    stream.on('data', (block: Buffer) => blocks.push(block.length));
    await nextTurn();
    await nextTurn();

    expect(blocks).toEqual([100]);
    expect(asked.times).toBeGreaterThan(0);
  });

  it('is not read beyond the high-water mark while the reader pauses', async () => {
    const { stream, asked } = body(10, 20);
    stream.on('data', () => stream.pause());
    await nextTurn();
    stream.push(Buffer.alloc(10));
    await nextTurn();
    stream.push(Buffer.alloc(20));
    await nextTurn();
    const before = asked.times;
    const wants = Array.from({ length: 30 }, () => stream.push(Buffer.alloc(1)));
    await nextTurn();

    expect(wants).not.toContain(true);
    expect(asked.times).toBe(before);
    expect(stream.readableLength).toBe(20);
  });

  it('arrives complete when it is read by the end of an iterator', async () => {
    const { stream } = body(100);
    const received = buffer(stream);
    for (let piece = 0; piece < 3_000; piece++) {
      stream.push(Buffer.alloc(100));
      if (piece % 100 === 0) await nextTurn();
    }
    stream.push(null);

    expect((await received).length).toBe(300_000);
  });

  it('arrives complete and in order, however the reader pauses', async () => {
    const { stream } = body(100);
    const slow = new PassThrough({ highWaterMark: 1 });
    const received = buffer(stream.pipe(slow));
    const sent = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 256));
    for (let at = 0; at < sent.length; at += 7) {
      stream.push(Buffer.from(sent.subarray(at, at + 7)));
      if (at % 50 === 0) await nextTurn();
    }
    stream.push(null);

    expect((await received).equals(sent)).toBe(true);
  });
});
