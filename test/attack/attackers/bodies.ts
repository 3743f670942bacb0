import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { maxRequestBytes } from '../../../src/config/limits.ts';
import { repeatInParallel, sleep, type Attack } from './attack.ts';
import { addressOf, head, HttpConnection, isOpened, open, write } from './connection.ts';
import { call, field, framed, headersOf, methods, session } from './grpc.ts';

/** REST path of the executions. */
export function collection({ target: { namespace } }: Attack, query = ''): string {
  return `/api/v1/namespaces/${namespace}/workflowexecutions${query}`;
}

/** The headers of a request with a JSON body. */
export function jsonHeaders(length: number, token?: string, more: Readonly<Record<string, string>> = {}) {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(length),
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...more,
  };
}

/** Valid JSON bodies of the maximum size over 100 connections, with no token or an invalid one. */
export async function bodiesWithoutToken(attack: Attack): Promise<void> {
  const { target, counter } = attack;
  const body = Buffer.from(`{"spec":{"parameters":{"A":"${'x'.repeat(maxRequestBytes - 64)}"}}}`);
  const connections = Array.from(
    { length: 100 },
    (_, number) => new HttpConnection({ port: target.ports.http, tls: 'http/1.1', from: addressOf(number % 4) }),
  );
  await repeatInParallel(attack, connections.length, async (number) => {
    const headers = jsonHeaders(body.length, number % 2 === 0 ? undefined : 'nonsense');
    const status = await connections[number]?.send(head('POST', collection(attack), headers), body);
    counter.add(`HTTP ${status}`);
  });
  for (const connection of connections) connection.close();
}

/** Slow requests of an authenticated caller: bodies byte by byte, and headers that never end. */
export async function slowBodies(attack: Attack): Promise<void> {
  const { target, counter, signal } = attack;
  const { http, grpc } = target.ports;
  const begun = head('POST', collection(attack), jsonHeaders(maxRequestBytes, target.token));
  await Promise.all([
    repeatInParallel(attack, 200, async (number) => {
      const socket = open({ port: http, tls: 'http/1.1', from: addressOf(number % 4) });
      if (!(await isOpened(socket, 'secureConnect'))) return;
      const first = number % 2 === 0 ? begun : begun.slice(0, -4);
      for (let sent = await write(socket, first); sent && !signal.aborted; sent = await write(socket, '{')) {
        counter.add('bytes over REST');
        await sleep(attack, 200);
      }
      socket.destroy();
    }),
    repeatInParallel(attack, 10, async (number) => {
      const connection = session(grpc, addressOf(number % 4));
      const streams = Array.from({ length: 100 }, () => {
        const stream = connection.request(headersOf(methods.create, target.token));
        stream.on('error', () => undefined).resume();
        stream.write(framed(Buffer.alloc(maxRequestBytes / 2)).subarray(0, 100));
        return stream;
      });
      while (!signal.aborted && !connection.destroyed) {
        for (const stream of streams) if (!stream.destroyed) stream.write('x');
        counter.add('bytes over gRPC', streams.length);
        await sleep(attack, 500);
      }
      connection.destroy();
    }),
  ]);
}

/** Decompression bombs, for authenticated and public methods. */
export async function decompressionBombs(attack: Attack): Promise<void> {
  const { target, counter } = attack;
  const zeros = Buffer.alloc(64 * maxRequestBytes, ' ');
  const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const compressed = [
    ['gzip', gzipSync(zeros, { level: 1 })],
    ['deflate', deflateSync(zeros, { level: 1 })],
    ['br', brotliCompressSync(zeros, fast)],
  ] as const;
  const small = compressed.map(([encoding, bytes]) => [encoding, bytes.subarray(0, maxRequestBytes - 100)] as const);
  const byRest = repeatInParallel(attack, 20, async (number, turn) => {
    const [encoding, bytes] = small[turn % small.length] ?? small[0] ?? ['gzip', zeros];
    const connection = new HttpConnection({ port: target.ports.http, tls: 'http/1.1', from: addressOf(number % 4) });
    const headers = jsonHeaders(bytes.length, target.token, { 'Content-Encoding': encoding });
    const status = await connection.send(head('POST', collection(attack), headers), bytes);
    counter.add(`HTTP ${status}`);
    connection.close();
  });
  const message = framed(small[0]?.[1] ?? zeros, true);
  const byGrpc = repeatInParallel(attack, 10, async (number) => {
    const connection = session(target.ports.grpc, addressOf(number % 4));
    for (const path of [methods.create, methods.health, methods.healthWatch, methods.reflection]) {
      const token = path === methods.create ? target.token : undefined;
      const status = await call(connection, path, message, { token, headers: { 'grpc-encoding': 'gzip' } });
      counter.add(`gRPC ${status}`);
    }
    connection.destroy();
  });
  await Promise.all([byRest, byGrpc]);
}

/** An encoded create request with this spec and these labels. */
export function createMessage(
  { target: { namespace } }: Attack,
  spec: readonly Buffer[],
  labels: readonly (readonly [string, string])[] = [],
): Buffer {
  const entries = labels.map(([key, value]) => field(6, Buffer.concat([field(1, key), field(2, value)])));
  const execution = Buffer.concat([...entries, field(8, Buffer.concat(spec))]);
  return Buffer.concat([field(1, `namespaces/${namespace}`), field(3, execution)]);
}
