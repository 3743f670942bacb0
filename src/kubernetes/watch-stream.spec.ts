import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CancelledError, GoneError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { readLines, readWatch, type ReadWatchOptions, type WatchEvent } from './watch-stream.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const bytes = (...chunks: (string | Uint8Array)[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const read = (body: Readable, options: Partial<ReadWatchOptions> = {}): Promise<WatchEvent[]> =>
  collect(readWatch(body, { call: 'watch of /x', clock: new FakeClock(), idleTimeoutMs: 1_000, ...options }));

describe('lines', () => {
  it('are the same however the stream is chunked', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 7 }), async (lines, size) => {
        const all = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0; at < all.length; at += size) chunks.push(all.subarray(at, at + size));
        expect(await collect(readLines(Readable.from(chunks), 1_000_000))).toEqual(lines);
      }),
    );
  });

  it('have a maximum length', async () => {
    await expect(collect(readLines(bytes('short\n', 'much', 'too', 'long'), 10))).rejects.toThrow('longer than 10');
  });

  it('must be complete', async () => {
    await expect(collect(readLines(bytes('whole\n', 'hal'), 10))).rejects.toThrow('ended inside a line');
  });

  it('come from bytes or text', async () => {
    expect(await collect(readLines(Readable.from(['a\nb', 'c\n']), 10))).toEqual(['a', 'bc']);
    await expect(collect(readLines(Readable.from([1]), 10))).rejects.toThrow('bytes');
  });
});

describe('a watch stream', () => {
  it('yields objects, bookmarks and errors, and returns at the end', async () => {
    const object = { metadata: { resourceVersion: '7' } };
    const events = await read(
      bytes(
        `${JSON.stringify({ type: 'ADDED', object })}\n${JSON.stringify({ type: 'DELETED', object })}\n`,
        `${JSON.stringify({ type: 'BOOKMARK', object })}\n`,
        `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`,
      ),
    );
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED', 'BOOKMARK', 'ERROR']);
    expect(events[0]).toHaveProperty('raw', object);
    expect(events[2]).toHaveProperty('resourceVersion', '7');
    expect(events[3]).toHaveProperty('error.constructor', GoneError);
  });

  it.each(['nonsense', '{"type":"BOOKMARK","object":{}}', '{"type":"ERROR"}', '{"type":"SYNC","object":{}}'])(
    'does not take %j for an event',
    async (line) => {
      await expect(read(bytes(`${line}\n`))).rejects.toThrow('sent an invalid line');
    },
  );

  it('that breaks is Unavailable', async () => {
    const body = new Readable({ read: () => undefined });
    const reading = read(body);
    body.destroy(new Error('read ECONNRESET'));
    await expect(reading).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'watch of /x failed: read ECONNRESET',
    });
  });

  it('that the caller ends is Cancelled', async () => {
    const body = new Readable({ read: () => undefined });
    const reading = read(body, { signal: AbortSignal.abort() });
    body.destroy(new Error('aborted'));
    await expect(reading).rejects.toThrow(CancelledError);
  });

  it('times out without data; every byte resets the timeout', async () => {
    const clock = new FakeClock();
    const body = new Readable({ read: () => undefined });
    const reading = read(body, { clock });
    const state = { over: false };
    reading.catch(() => (state.over = true));
    await clock.advance(999);
    body.push('{');
    await settle();
    await clock.advance(999);
    expect(state.over).toBe(false);
    await clock.advance(1);
    await expect(reading).rejects.toThrow('The watch of /x was silent for 1000 ms');
    expect(body.destroyed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is closed when its reader stops', async () => {
    const clock = new FakeClock();
    const body = bytes('{"type":"ADDED","object":{}}\n', '{"type":"ADDED","object":{}}\n');
    const events = readWatch(body, { call: 'watch', clock, idleTimeoutMs: 1_000 });
    await events.next();
    await events.return(undefined);
    expect(body.destroyed).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
