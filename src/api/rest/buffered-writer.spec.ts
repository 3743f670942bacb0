import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { BufferedWriter } from './buffered-writer.ts';

/** A response that takes 1 KiB before it wants to be waited for, and notes what is written at once. */
class SlowResponse extends PassThrough {
  readonly written: number[] = [];

  constructor() {
    super({ highWaterMark: 1024 });
  }

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: (error: null, data: Buffer) => void): void {
    this.written.push(chunk.length);
    done(null, chunk);
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('texts that are gathered', () => {
  it('are written as one when they come in one turn', async () => {
    const response = new SlowResponse();
    const text = new BufferedWriter(response);

    for (let i = 0; i < 100; i++) expect(text.write('x')).toBeUndefined();
    await nextTurn();
    text.flush();

    expect(response.written).toEqual([100]);
  });

  it('are not gathered without end, and wait for a slow reader', async () => {
    const response = new SlowResponse();
    const text = new BufferedWriter(response);

    const full = text.write('x'.repeat(100_000));
    let isWritable = false;
    void full?.then(() => (isWritable = true));
    await nextTurn();
    const before = isWritable;
    response.resume();
    await full;

    expect(before).toBe(false);
    expect(isWritable).toBe(true);
    expect(response.written).toEqual([100_000]);
  });

  it('do not wait for a reader who is gone', async () => {
    const response = new SlowResponse();
    const text = new BufferedWriter(response);

    const full = text.write('x'.repeat(100_000));
    response.destroy();

    await expect(full).resolves.toBeUndefined();
    expect(() => text.flush()).not.toThrow();
  });
});
