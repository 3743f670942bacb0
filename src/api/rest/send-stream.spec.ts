import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { signalOf } from '../call/call.ts';
import { ApiError } from '../errors/api-error.ts';
import { sendStream, type StreamFormat } from './send-stream.ts';

const request = { method: 'GET', originalUrl: '/watch', params: {} };

/** Sends a stream until the connection of its response is closed. */
function send(items: AsyncGenerator<number, void, undefined>, response: Response, over: object = {}) {
  return sendStream(items, { ...format, ...over }, request, response, signalOf(response, 'close'));
}

const format: StreamFormat<number> = {
  contentType: 'text/plain',
  preamble: 'begin\n',
  encode: (item) => `item ${item}\n`,
  encodeError: ({ message }) => `error ${message}\n`,
  closesOnError: false,
  waitsForClient: true,
};

/** A response whose connection sends one chunk for each call of `send`. */
function slowResponse() {
  const sent: string[] = [];
  let sendNext: () => void = () => undefined;
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      sendNext = () => {
        sent.push(chunk.toString());
        done();
      };
    },
  });
  const response = Object.assign(stream, {
    writeHead: () => response,
    flushHeaders: () => undefined,
    setTimeout: () => response,
  }) as unknown as Response;
  const sendChunk = async () => {
    sendNext();
    await settle();
  };
  return { response, sent, sendChunk };
}

/** Items that count how many were taken. */
function someItems(count: number, error?: Error) {
  const taken: number[] = [];
  async function* items(): AsyncGenerator<number, void, undefined> {
    for (let item = 1; item <= count; item++) {
      taken.push(item);
      yield await Promise.resolve(item);
    }
    if (error !== undefined) throw error;
  }
  return { items: items(), taken };
}

describe('a stream over REST', () => {
  it('takes the next item only when the connection has sent the last one', async () => {
    const { response, sent, sendChunk } = slowResponse();
    const { items, taken } = someItems(3);
    const done = send(items, response);
    await settle();
    expect(taken).toEqual([1]);

    await sendChunk();
    expect(taken).toEqual([1]);
    await sendChunk();
    expect(taken).toEqual([1, 2]);
    await sendChunk();
    expect(taken).toEqual([1, 2, 3]);
    await sendChunk();
    await done;

    expect(sent).toEqual(['begin\n', 'item 1\n', 'item 2\n', 'item 3\n']);
  });

  it('does not wait for a reader that has disconnected', async () => {
    const { response } = slowResponse();
    const done = send(someItems(3).items, response);
    await settle();

    response.destroy();

    await expect(done).resolves.toBeUndefined();
  });

  it('throws an error before the first item, and sends a later one at the end', async () => {
    const error = new ApiError('Unavailable', 'not now');
    const early = slowResponse();
    await expect(send(someItems(0, error).items, early.response)).rejects.toBe(error);

    const late = slowResponse();
    const done = send(someItems(1, error).items, late.response);
    await settle();
    for (let chunk = 0; chunk < 3; chunk++) await late.sendChunk();
    await done;

    expect(early.sent).toEqual([]);
    expect(late.sent.at(-1)).toBe('error not now\n');
    expect(late.response.writableFinished).toBe(true);
  });

  it('ends after its headers for a HEAD request', async () => {
    const { response } = slowResponse();
    const { items, taken } = someItems(3);

    await sendStream(items, format, { ...request, method: 'HEAD' }, response, signalOf(response, 'close'));

    expect([taken, response.writableEnded]).toEqual([[1], true]);
  });

  it('closes the connection after an error if the format requires it', async () => {
    const { response, sent, sendChunk } = slowResponse();
    const { items } = someItems(1, new ApiError('Unavailable', 'not now'));
    const done = send(items, response, { closesOnError: true });
    await settle();
    for (let chunk = 0; chunk < 3; chunk++) await sendChunk();
    await done;

    expect(sent.at(-1)).toBe('error not now\n');
    expect([response.destroyed, response.writableFinished]).toEqual([true, false]);
  });
});
