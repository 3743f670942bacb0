import { maxRequestBytes } from '../../../src/config/limits.ts';
import { repeatInParallel, type Attack } from './attack.ts';
import { collection, jsonHeaders } from './bodies.ts';
import { addressOf, head, isOpened, open, write } from './connection.ts';
import { callTo, flags, frame, preface, types } from './frames.ts';
import { framed, methods } from './grpc.ts';

/** Bytes of a message that fit in the window of an HTTP/2 stream. */
const windowBytes = 60_000;

const chunked = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };

/** Bodies in pieces of a few bytes: DATA frames without a token, and chunks and TLS records with one. */
export async function smallPieces(attack: Attack): Promise<void> {
  const size = attack.random.integer(1, 3);
  await Promise.all([dataFrames(attack, size), chunks(attack, size), records(attack, size)]);
}

function dataFrames(attack: Attack, size: number): Promise<void> {
  const { target, counter, signal } = attack;
  const prefix = framed(Buffer.alloc(maxRequestBytes)).subarray(0, 5);
  const of = (path: string, stream: number) => {
    const piece = frame(types.data, 0, stream, Buffer.alloc(size, 'x'));
    const pieces = Array.from({ length: Math.floor(windowBytes / size) }, () => piece);
    const headers = frame(types.headers, flags.endHeaders, stream, callTo(path));
    return Buffer.concat([headers, frame(types.data, 0, stream, prefix), ...pieces]);
  };
  return repeatInParallel(attack, 16, async (number) => {
    const path = number % 2 === 0 ? methods.health : methods.reflection;
    const socket = open({ port: target.ports.grpc, tls: 'h2', from: addressOf(number % 8) });
    if (await isOpened(socket, 'secureConnect')) {
      await write(socket, Buffer.concat([preface, frame(types.settings, 0, 0)]));
      for (let stream = 1; !signal.aborted && (await write(socket, of(path, stream))); stream += 2) {
        counter.add('messages in frames');
      }
    }
    counter.add('closed');
    socket.destroy();
  });
}

function chunks(attack: Attack, size: number): Promise<void> {
  const { target, counter, signal } = attack;
  const begun = head('POST', collection(attack), { ...chunked, Authorization: `Bearer ${target.token}` });
  const many = Buffer.from(`${size}\r\n${' '.repeat(size)}\r\n`.repeat(2_000));
  return repeatInParallel(attack, 16, async (number) => {
    const socket = open({ port: target.ports.http, tls: 'http/1.1', from: addressOf(number % 8) });
    if (await isOpened(socket, 'secureConnect')) {
      let isOpen = await write(socket, begun);
      for (let sent = 0; isOpen && !signal.aborted && sent < maxRequestBytes; sent += 2_000 * size) {
        isOpen = await write(socket, many);
        counter.add('chunks', 2_000);
      }
    }
    counter.add('closed');
    socket.destroy();
  });
}

function records(attack: Attack, size: number): Promise<void> {
  const { target, counter, signal } = attack;
  const begun = head('POST', collection(attack), jsonHeaders(maxRequestBytes, target.token));
  const piece = Buffer.alloc(size, ' ');
  return repeatInParallel(attack, 8, async (number) => {
    const socket = open({ port: target.ports.http, tls: 'http/1.1', from: addressOf(number % 8) });
    if (await isOpened(socket, 'secureConnect')) {
      await write(socket, begun);
      while (!socket.destroyed && !signal.aborted) {
        // Writes that wait for another would share a record.
        await new Promise((resolve) => socket.write(piece, resolve));
        counter.add('records');
      }
    }
    counter.add('closed');
    socket.destroy();
  });
}
