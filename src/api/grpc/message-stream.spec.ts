import { once } from 'node:events';
import { connect } from 'node:http2';
import { promisify } from 'node:util';
import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { messageStream } from './message-stream.ts';

/** Numbers, and how many were taken. */
function aSource() {
  const source = { taken: 0, returned: false };
  async function* items(): AsyncGenerator<number> {
    try {
      while (source.taken < 100) yield await Promise.resolve(++source.taken);
    } finally {
      source.returned = true;
    }
  }
  return { source, items };
}

/** A stream of numbers to a client that reads when the test says so. */
function aStream() {
  const { source, items } = aSource();
  const written: unknown[] = [];
  let read: () => void = () => undefined;
  const call = {
    write(message: unknown, done: unknown) {
      written.push(message);
      read = done as () => void;
      return true;
    },
  };
  const encode = (item: number) => (item === 2 ? undefined : `message ${item}`);
  const subscription = messageStream(call, items(), encode).subscribe();
  const readNext = async () => {
    read();
    await settle();
  };
  return { source, written, readNext, subscription };
}

describe('a stream of messages', () => {
  it('takes no item before the last message is sent', async () => {
    const { source, written, readNext, subscription } = aStream();
    await settle();
    expect(source.taken).toBe(1);

    await readNext();

    expect(source.taken).toBe(3);
    expect(written).toEqual(['message 1', 'message 3']);
    subscription.unsubscribe();
  });

  it('closes its source when the client disconnects', async () => {
    const { source, subscription } = aStream();
    await settle();

    subscription.unsubscribe();
    await settle();

    expect(source).toEqual({ taken: 1, returned: true });
  });
});

describe('a stream of messages to a gRPC client', () => {
  const path = '/test.Service/Stream';
  const messageBytes = 1_000;
  const { source, items } = aSource();
  const server = new Server();
  beforeAll(() => {
    const pass = (bytes: Buffer) => bytes;
    const codec = {
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    };
    const method = { path, requestStream: false, responseStream: true, ...codec };
    server.addService(
      { stream: method },
      {
        stream: (call: ServerWritableStream<Buffer, Buffer>) => {
          const sending = messageStream(call, items(), () => Buffer.alloc(messageBytes)).subscribe();
          call.once('cancelled', () => sending.unsubscribe());
        },
      },
    );
  });
  afterAll(() => server.forceShutdown());

  it('takes one item while the client reads nothing, and more when it reads', async () => {
    const bind = promisify(server.bindAsync.bind(server));
    const port = await bind('127.0.0.1:0', ServerCredentials.createInsecure());
    const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc' };
    const stream = session.request(headers, { endStream: false }).on('error', () => undefined);
    stream.end(Buffer.alloc(5));
    await once(stream, 'response');
    await new Promise((resolve) => session.ping(resolve));
    const whileUnread = source.taken;
    session.settings({ initialWindowSize: 3 * messageBytes });
    let read = 0;
    for await (const chunk of stream) {
      read += (chunk as Buffer).length;
      if (read > 2 * messageBytes) break;
    }
    session.destroy();

    expect(whileUnread).toBe(1);
    expect(source.taken).toBeGreaterThan(1);
  });
});
