import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { ApiError } from '../errors/api-error.ts';
import { sendWatch } from './send-watch.ts';
import type { WatchEvent } from './watch.types.ts';

const request = { originalUrl: '/watch', params: {} };
const encode = ({ resourceVersion }: WatchEvent) => `event ${resourceVersion}\n`;

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
  const response = Object.assign(stream, { writeHead: () => response }) as unknown as Response;
  const send = async () => {
    sendNext();
    await settle();
  };
  return { response, sent, send };
}

/** Events that count how many were taken. */
function someEvents(count: number, error?: Error) {
  const taken: string[] = [];
  async function* events(): AsyncGenerator<WatchEvent, void, undefined> {
    for (let version = 1; version <= count; version++) {
      taken.push(String(version));
      yield await Promise.resolve({ type: 'bookmark', resourceVersion: String(version) });
    }
    if (error !== undefined) throw error;
  }
  return { events: events(), taken };
}

describe('a watch over REST', () => {
  it('takes the next event only when the connection has sent the last one', async () => {
    const { response, sent, send } = slowResponse();
    const { events, taken } = someEvents(3);
    const done = sendWatch(events, encode, request, response);
    await settle();
    expect(taken).toEqual(['1']);

    await send();
    expect(taken).toEqual(['1']);
    await send();
    expect(taken).toEqual(['1', '2']);
    await send();
    expect(taken).toEqual(['1', '2', '3']);
    await send();
    await done;

    expect(sent.slice(1)).toEqual(['event 1\n', 'event 2\n', 'event 3\n']);
  });

  it('throws an error before the first event, and sends a later one as the last event', async () => {
    const error = new ApiError('Unavailable', 'not now');
    const early = slowResponse();
    await expect(sendWatch(someEvents(0, error).events, encode, request, early.response)).rejects.toBe(error);

    const late = slowResponse();
    const done = sendWatch(someEvents(1, error).events, encode, request, late.response);
    await settle();
    for (let chunk = 0; chunk < 3; chunk++) await late.send();
    await done;

    expect(early.sent).toEqual([]);
    expect(late.sent.at(-1)).toMatch(/^event: error\ndata: \{.*not now/);
  });
});
