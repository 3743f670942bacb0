import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { ApiError } from '../errors/api-error.ts';
import { sendStream, type StreamFormat } from './send-stream.ts';

const request = { originalUrl: '/watch', params: {} };
const format: StreamFormat<number> = {
  contentType: 'text/plain',
  preamble: 'begin\n',
  encode: (item) => `item ${item}\n`,
  encodeError: ({ message }) => `error ${message}\n`,
  closesOnError: false,
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
  }) as unknown as Response;
  const send = async () => {
    sendNext();
    await settle();
  };
  return { response, sent, send };
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
    const { response, sent, send } = slowResponse();
    const { items, taken } = someItems(3);
    const done = sendStream(items, format, request, response);
    await settle();
    expect(taken).toEqual([1]);

    await send();
    expect(taken).toEqual([1]);
    await send();
    expect(taken).toEqual([1, 2]);
    await send();
    expect(taken).toEqual([1, 2, 3]);
    await send();
    await done;

    expect(sent).toEqual(['begin\n', 'item 1\n', 'item 2\n', 'item 3\n']);
  });

  it('does not wait for a reader that has disconnected', async () => {
    const { response } = slowResponse();
    const done = sendStream(someItems(3).items, format, request, response);
    await settle();

    response.destroy();

    await expect(done).resolves.toBeUndefined();
  });

  it('throws an error before the first item, and sends a later one at the end', async () => {
    const error = new ApiError('Unavailable', 'not now');
    const early = slowResponse();
    await expect(sendStream(someItems(0, error).items, format, request, early.response)).rejects.toBe(error);

    const late = slowResponse();
    const done = sendStream(someItems(1, error).items, format, request, late.response);
    await settle();
    for (let chunk = 0; chunk < 3; chunk++) await late.send();
    await done;

    expect(early.sent).toEqual([]);
    expect(late.sent.at(-1)).toBe('error not now\n');
    expect(late.response.writableFinished).toBe(true);
  });

  it('closes the connection after an error if the format requires it', async () => {
    const { response, sent, send } = slowResponse();
    const { items } = someItems(1, new ApiError('Unavailable', 'not now'));
    const done = sendStream(items, { ...format, closesOnError: true }, request, response);
    await settle();
    for (let chunk = 0; chunk < 3; chunk++) await send();
    await done;

    expect(sent.at(-1)).toBe('error not now\n');
    expect([response.destroyed, response.writableFinished]).toEqual([true, false]);
  });
});
