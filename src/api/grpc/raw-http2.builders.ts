import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Types of HTTP/2 frames (RFC 9113, section 6). */
const types = { data: 0, headers: 1, reset: 3, settings: 4 } as const;
const endStream = 1;
const endHeaders = 4;

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header field that HPACK does not add to its table (RFC 7541, section 6.2.2). */
function literal(name: string, value: string): Buffer {
  const part = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  return Buffer.concat([Buffer.from([0]), part(name), part(value)]);
}

/** The first bytes of a client. */
export const clientPreface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(types.settings, 0, 0),
]);

/** The HEADERS of a request, which may end it or not; a list of values repeats a header. */
export function request(
  stream: number,
  headers: Readonly<Record<string, string | readonly string[]>>,
  isWhole = false,
): Buffer {
  const all = { ':method': 'POST', ':scheme': 'http', ':authority': 'localhost', ...headers };
  const block = Buffer.concat(
    Object.entries(all).flatMap(([name, values]) => [values].flat().map((value) => literal(name, value))),
  );
  return frame(types.headers, endHeaders + (isWhole ? endStream : 0), stream, block);
}

/** DATA frames of a body, of so many bytes each. */
export function dataOf(stream: number, body: Buffer, frameBytes: number): Buffer {
  const count = Math.ceil(body.length / frameBytes);
  const part = (at: number) => body.subarray(at * frameBytes, (at + 1) * frameBytes);
  return Buffer.concat(Array.from({ length: count }, (_, at) => frame(types.data, 0, stream, part(at))));
}

/** RST_STREAM, with CANCEL unless another code is given. */
export function reset(stream: number, code = 8): Buffer {
  return frame(types.reset, 0, stream, Buffer.from([0, 0, 0, code]));
}

/** Opens a connection on the loopback interface, ignoring errors. */
export async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
