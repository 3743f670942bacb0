import { once } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { pieceBytes, writeInPieces } from './write-in-pieces.ts';

/** A stream that records what is written at a time, and the number of writes in progress. */
function aStream(over: { fail?: boolean } = {}) {
  const written: Buffer[] = [];
  let inProgress = 0;
  const record = (bytes: Buffer, done: (error?: Error) => void) => {
    expect(++inProgress).toBe(1);
    written.push(bytes);
    setImmediate(() => {
      inProgress -= 1;
      done(over.fail && written.length === 2 ? new Error('closed') : undefined);
    });
  };
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: Buffer | string, encoding, done) => record(Buffer.from(chunk as string, encoding), done),
    writev: (chunks: { chunk: Buffer | string; encoding: BufferEncoding }[], done) =>
      record(Buffer.concat(chunks.map(({ chunk, encoding }) => Buffer.from(chunk as string, encoding))), done),
  });
  writeInPieces(stream);
  return { stream, written, lengths: () => written.map(({ length }) => length) };
}

const large = Buffer.from(Array.from({ length: 2 * pieceBytes + 10 }, (_, at) => at % 251));

describe('a stream that writes in pieces', () => {
  it('splits a large chunk', async () => {
    const { stream, written, lengths } = aStream();
    stream.end(large);
    await once(stream, 'finish');

    expect(lengths()).toEqual([pieceBytes, pieceBytes, 10]);
    expect(Buffer.concat(written).equals(large)).toBe(true);
  });

  it.each([
    ['together if they are small', Buffer.from('body'), ['head', 'body'].join('').length],
    ['one by one if they are large', large, 'head'.length],
  ])('writes chunks that have waited %s', async (_what, body, first) => {
    const { stream, written, lengths } = aStream();
    stream.cork();
    stream.write('head', 'latin1');
    stream.write(body);
    stream.uncork();
    stream.end();
    await once(stream, 'finish');

    expect(lengths()[0]).toBe(first);
    expect(Buffer.concat(written).equals(Buffer.concat([Buffer.from('head'), body]))).toBe(true);
    expect(Math.max(...lengths())).toBeLessThanOrEqual(pieceBytes);
  });

  it('ends with the first error', async () => {
    const { stream, lengths } = aStream({ fail: true });
    stream.end(large);
    await expect(once(stream, 'finish')).rejects.toThrow('closed');

    expect(lengths()).toEqual([pieceBytes, pieceBytes]);
  });
});
