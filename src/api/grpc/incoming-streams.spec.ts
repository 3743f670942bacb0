import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectHttp2, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { ServerInterceptingCall, type Metadata, type ServerInterceptor } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { startGrpcServer } from './grpc-server.builders.ts';
import type { ExecutionGrpcServer } from './grpc-server.ts';
import { smallPieces } from '../../config/limits.ts';
import { IncomingStreams, type IncomingStreamsOptions } from './incoming-streams.ts';
import { clientPreface, dataOf, open, request, reset } from './raw-http2.builders.ts';

const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const limits = { maxOpen: 80, maxPerConnection: 40 };

/** The product's gRPC server, with reflection only. */
async function startServer(
  options: Partial<IncomingStreamsOptions> = {},
  interceptors: readonly ServerInterceptor[] = [],
): Promise<ExecutionGrpcServer> {
  return startGrpcServer({
    interceptors,
    streams: new IncomingStreams({ ...limits, clock: new FakeClock(), ...options }),
  });
}

async function end(server: ExecutionGrpcServer): Promise<void> {
  server.force();
  await server.close();
}

const sessions: ClientHttp2Session[] = [];
afterEach(() => sessions.splice(0).forEach((session) => session.destroy()));

/** A well-behaved client connection. */
function client(server: ExecutionGrpcServer, localAddress = '127.0.0.1'): ClientHttp2Session {
  const options = { createConnection: () => connect({ host: '127.0.0.1', port: server.port, localAddress }) };
  const session = connectHttp2(`http://127.0.0.1:${server.port}`, options).on('error', () => undefined);
  sessions.push(session);
  return session;
}

/** A call whose request does not end. */
function begin(session: ClientHttp2Session, headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
  const method = { ':method': 'POST', ':path': reflection, 'content-type': 'application/grpc' };
  return session.request({ ...method, ...headers }, { endStream: false }).on('error', () => undefined);
}

/** Resolves when the server has received the calls of these connections. */
async function received(...connections: ClientHttp2Session[]): Promise<void> {
  for (const session of connections) await ask(session);
}

async function statusOf(call: ClientHttp2Stream): Promise<unknown> {
  const [answer] = (await once(call, 'response')) as [Record<string, unknown>];
  return answer['grpc-status'];
}

/** The status of a call to an unknown method. */
function ask(session: ClientHttp2Session): Promise<unknown> {
  return statusOf(begin(session, { ':path': '/no.Service/Method' }));
}

const unimplemented = '12';

describe('a gRPC server', () => {
  let server: ExecutionGrpcServer;
  beforeAll(async () => (server = await startServer()));
  afterAll(() => end(server));

  const kinds = {
    'a known method': { ':path': reflection, 'content-type': 'application/grpc' },
    'another content type': { ':path': reflection, 'content-type': 'text/plain' },
    'no content type': { ':path': reflection },
    'an unknown method': { ':path': '/no.Service/Method', 'content-type': 'application/grpc' },
    'an invalid timeout': { ':path': reflection, 'content-type': 'application/grpc', 'grpc-timeout': 'x' },
    'an unknown encoding': { ':path': reflection, 'content-type': 'application/grpc', 'grpc-encoding': 'x' },
    'another HTTP method': { ':method': 'HEAD', ':path': reflection, 'content-type': 'application/grpc' },
    'a path beyond ASCII': { ':path': '/\u20ac\u00ff', 'content-type': 'application/grpc' },
    'binary metadata': { ':path': reflection, 'content-type': 'application/grpc', 'x-bin': '%' },
  };
  const resets = Object.entries(kinds).flatMap(([kind, headers]) =>
    Object.entries({ NO_ERROR: 0, INTERNAL_ERROR: 2, CANCEL: 8 }).map(
      ([name, code]) => [kind, name, headers, code] as const,
    ),
  );

  it.each(resets)('survives calls with %s that are reset with %s immediately', async (_, _name, headers, code) => {
    const socket = await open(server.port);
    const calls = Array.from({ length: 30 }, (_each, at) => 2 * at + 1);
    const frames = calls.map((stream) => Buffer.concat([request(stream, headers), reset(stream, code)]));
    socket.write(Buffer.concat([clientPreface, ...frames, request(61, headers, true)]));
    await once(socket, 'data');

    expect(await ask(client(server))).toBe(unimplemented);
    socket.destroy();
  });

  it('closes a connection that opens and resets many calls in a burst', async () => {
    const socket = (await open(server.port)).resume();
    const closed = once(socket, 'close');
    const calls = Array.from({ length: 2 * limits.maxPerConnection + 1 }, (_, at) => 2 * at + 1);
    const headers = kinds['a known method'];
    const frames = calls.map((stream) => Buffer.concat([request(stream, headers), reset(stream)]));
    socket.write(Buffer.concat([clientPreface, ...frames]));

    await closed;
  });

  it('refuses metadata that is larger than 16 KiB, and no other call of the connection', async () => {
    const session = client(server);
    const [small, large] = ['x'.repeat(15_000), 'x'.repeat(17_000)].map((text) =>
      begin(session, { ':path': '/no.Service/Method', 'x-text': text }),
    ) as [ClientHttp2Stream, ClientHttp2Stream];

    expect(await Promise.all([statusOf(small), statusOf(large)])).toEqual([unimplemented, '8']);
  });

  it('accepts a timeout that is longer than the timers of Node.js', async () => {
    const session = client(server);
    const call = begin(session, { 'grpc-timeout': '600H' });
    const ended = { is: false };
    call.once('response', () => (ended.is = true));

    await ask(session);
    await ask(session);

    expect(ended.is).toBe(false);
  });

  it('answers INTERNAL to a malformed timeout, as grpc-go does', async () => {
    expect(await statusOf(begin(client(server), { 'grpc-timeout': '-1S' }))).toBe('13');
  });

  it('answers UNIMPLEMENTED to an unsupported compression', async () => {
    const call = begin(client(server), { 'grpc-encoding': 'br' });
    call.write(Buffer.from([1, 0, 0, 0, 1, 0]));

    expect(await statusOf(call)).toBe(unimplemented);
  });
});

describe('at the limit of open calls, a gRPC server', () => {
  let server: ExecutionGrpcServer;
  beforeEach(async () => (server = await startServer()));
  afterEach(() => end(server));

  it('closes the connection with the most unanswered calls', async () => {
    const good = client(server);
    const kept = begin(good);
    const greedy = [client(server), client(server)];
    const calls = greedy.flatMap((session, at) =>
      Array.from({ length: limits.maxPerConnection - 1 - at }, () => begin(session)),
    );
    const closed = once(greedy[0] ?? good, 'close');
    const others = client(server);
    await received(good, ...greedy, others);

    const more = [begin(others), begin(others)];
    const status = ask(others);
    await closed;

    expect(await status).toBe(unimplemented);
    expect(await ask(good)).toBe(unimplemented);
    expect([kept, ...more].filter(({ destroyed }) => destroyed)).toEqual([]);
    expect(calls.filter(({ destroyed }) => destroyed)).toHaveLength(limits.maxPerConnection - 1);
  });

  it('closes a connection of the address with the most unanswered calls, which another may exceed', async () => {
    const good = client(server);
    const kept = Array.from({ length: limits.maxPerConnection - 10 }, () => begin(good));
    const greedy = [1, 2, 3].map(() => client(server, '127.0.0.2'));
    const calls = greedy.flatMap((session) => Array.from({ length: 16 }, () => begin(session)));
    const closed = Promise.race(greedy.map((session) => once(session, 'close')));
    await received(good, ...greedy);

    const more = [1, 2, 3].map(() => begin(good));
    await closed;

    expect(calls.filter(({ destroyed }) => destroyed)).toHaveLength(16);
    expect([...kept, ...more].filter(({ destroyed }) => destroyed)).toEqual([]);
  });
});

/** A length-prefixed message. */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** A request to list the services, with a host name of 100 to 16,383 bytes. */
function listServices(hostBytes: number): Buffer {
  const length = Buffer.from([0x0a, (hostBytes & 127) | 128, hostBytes >> 7]);
  return framed(Buffer.concat([length, Buffer.alloc(hostBytes, 'x'), Buffer.from([0x3a, 0])]));
}

describe('a gRPC message in pieces', () => {
  const service = 'WorkflowExecutionService';
  let server: ExecutionGrpcServer;
  beforeAll(async () => (server = await startServer()));
  afterAll(() => end(server));

  /** Sends frames to the reflection service; resolves to what it answered when this is part of it, or at the end. */
  async function answerTo(frames: Buffer, expected: string): Promise<string> {
    const socket = await open(server.port);
    const headers = { ':path': reflection, 'content-type': 'application/grpc' };
    socket.write(Buffer.concat([clientPreface, request(1, headers), frames]));
    let text = '';
    for await (const part of socket) {
      text += String(part);
      if (text.includes(expected)) break;
    }
    return text;
  }

  it.each([1, 60, 4_000])('is answered if they have %i bytes', async (bytes) => {
    const message = listServices(bytes === 1 ? smallPieces.burst - 10 : 12_000);

    expect(await answerTo(dataOf(1, message, bytes), service)).toContain(service);
  });

  it('may follow another in the same piece', async () => {
    const [first, second] = [listServices(100), listServices(200)];

    const answer = answerTo(dataOf(1, Buffer.concat([first, second]), 150), 'x'.repeat(200));

    expect(await answer).toContain('x'.repeat(200));
  });

  it('closes the connection with ENHANCE_YOUR_CALM if they are many and small', async () => {
    const session = client(server);
    const goaway = once(session, 'goaway');
    const call = begin(session);
    const message = listServices(2 * smallPieces.burst);
    // Writes that wait for another would share a frame.
    for (const byte of message) {
      if (call.destroyed) break;
      await new Promise((resolve) => call.write(Buffer.from([byte]), resolve));
    }

    expect(await goaway).toContain(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  });

  it('is not answered if they are many and small, but others are', async () => {
    const answer = await answerTo(dataOf(1, listServices(2 * smallPieces.burst), 1), service);

    expect(answer).not.toContain(service);
    expect(await ask(client(server))).toBe(unimplemented);
  });
});

describe('a gRPC server that admits few calls', () => {
  const refused = new Set<number | undefined>();
  let server: ExecutionGrpcServer;
  beforeAll(async () => (server = await startServer({ admits: ({ remotePort }) => !refused.has(remotePort) })));
  afterAll(() => end(server));

  it('closes connections over the limit without crashing', async () => {
    const socket = (await open(server.port)).resume();
    const closed = once(socket, 'close');
    const headers = { ':path': reflection, 'content-type': 'text/plain' };
    refused.add(socket.localPort);
    socket.write(Buffer.concat([clientPreface, ...[1, 3, 5].map((stream) => request(stream, headers, true))]));
    await closed;

    expect(await ask(client(server))).toBe(unimplemented);
  });
});

describe('the metadata of a call', () => {
  /** What interceptors get of these headers. */
  async function received(headers: Readonly<Record<string, string | readonly string[]>>): Promise<Metadata> {
    const result = Promise.withResolvers<Metadata>();
    const interceptor: ServerInterceptor = (_method, call) =>
      new ServerInterceptingCall(call, {
        start: (next) => next({ onReceiveMetadata: (metadata) => result.resolve(metadata) }),
      });
    const server = await startServer({}, [interceptor]);
    const socket = await open(server.port);
    const all = { ':path': reflection, 'content-type': 'application/grpc', ...headers };
    socket.write(Buffer.concat([clientPreface, request(1, all)]));
    const metadata = await result.promise;
    socket.destroy();
    await end(server);
    return metadata;
  }

  it('still has two authorization values if the call has two', async () => {
    const metadata = await received({ authorization: ['Bearer a', 'Bearer b'] });

    expect(metadata.get('authorization')).toHaveLength(2);
  });

  it('has only what is read', async () => {
    const metadata = await received({ authorization: 'Bearer a', traceparent: '00-1', 'x-text': 'b', 'x-bin': ',,,' });

    expect(Object.keys(metadata.getMap()).sort()).toEqual(['authorization', 'traceparent']);
  });
});
