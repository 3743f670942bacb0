import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { DataStorageClient, wasNeverSent } from './data-storage-client.ts';

let directory: string;
let tokenFile: string;
let server: Server | undefined;
const clock = new FakeClock();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'data-storage-client-'));
  tokenFile = join(directory, 'token');
  await writeFile(tokenFile, 'first\n');
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  await rm(directory, { recursive: true });
});

/** A client of a server with this request listener. */
async function clientOf(
  answer: RequestListener,
  { path = '', ...files }: Partial<Record<'path' | 'dataStorageTokenFile' | 'dataStorageCaFile', string>> = {},
) {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const own = { dataStorageTokenFile: tokenFile, dataStorageCaFile: '', dataStorageTimeoutMs: 500, ...files };
  return new DataStorageClient({ dataStorageUrl: `http://127.0.0.1:${port}${path}`, ...own }, clock);
}

const failureOf = (sent: Promise<unknown>) => sent.then(() => undefined).catch((error: unknown) => error);

describe('a request to the data storage service', () => {
  it('fails after the timeout, and may have been sent', async () => {
    const { promise: isThere, resolve } = Promise.withResolvers<void>();
    const sender = await clientOf(() => resolve());
    const failure = failureOf(sender.send('GET', '/events'));
    await isThere;

    await clock.advance(500);

    expect(await failure).toMatchObject({ message: 'no response within 500 ms' });
    expect(wasNeverSent(await failure)).toBe(false);
  });

  it('goes to the base URL, with the token and a JSON body', async () => {
    const seen: { url?: string; headers: IncomingHttpHeaders; body: string }[] = [];
    const sender = await clientOf(
      (request, response) => {
        void request
          .setEncoding('utf8')
          .reduce((all: string, part: string) => all + part, '')
          .then((body: string) => {
            seen.push({ url: request.url, headers: request.headers, body });
            response.writeHead(201, { 'retry-after': '3' }).end('{}');
          });
      },
      { path: '/base/' },
    );

    await expect(sender.send('POST', '/events', { a: 1 })).resolves.toEqual({
      status: 201,
      retryAfter: '3',
      body: '{}',
    });

    expect(seen).toMatchObject([
      {
        url: '/base/events',
        body: '{"a":1}',
        headers: { authorization: 'Bearer first', 'content-type': 'application/json' },
      },
    ]);
  });

  it('has the token that is in the file now: the kubelet rotates it', async () => {
    const tokens: unknown[] = [];
    const sender = await clientOf((request, response) => {
      tokens.push(request.headers.authorization);
      response.end();
    });
    await sender.send('GET', '/');
    await writeFile(tokenFile, 'second');
    await sender.send('GET', '/');

    expect(tokens).toEqual(['Bearer first', 'Bearer second']);
  });

  it('has no token if there is no token file', async () => {
    const tokens: unknown[] = [];
    const sender = await clientOf(
      (request, response) => {
        tokens.push(request.headers.authorization);
        response.end();
      },
      { dataStorageTokenFile: '' },
    );
    await sender.send('GET', '/');

    expect(tokens).toEqual([undefined]);
  });

  it('fails if the response is larger than 32 MiB, and may have been sent', async () => {
    const sender = await clientOf((_, response) => {
      const [part, parts] = [Buffer.alloc(1024 * 1024, ' '), Array.from({ length: 33 })];
      Readable.from(parts.map(() => part)).pipe(response);
    });

    const error = await failureOf(sender.send('GET', '/'));

    expect(error).toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
    expect(wasNeverSent(error)).toBe(false);
  });

  it('was never sent if the connection is refused', async () => {
    const sender = await clientOf((_, response) => void response.end());
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;

    expect(wasNeverSent(await failureOf(sender.send('GET', '/')))).toBe(true);
  });

  it.each([['dataStorageTokenFile'], ['dataStorageCaFile']])(
    'was never sent if the %s cannot be read',
    async (file) => {
      const sender = await clientOf((_, response) => void response.end(), { [file]: '/nowhere' });

      expect(wasNeverSent(await failureOf(sender.send('GET', '/')))).toBe(true);
    },
  );

  it.each<[string, RequestListener]>([
    ['was reset', (request) => request.socket.resetAndDestroy()],
    [
      'is half answered',
      (request, response) => {
        response.writeHead(201, { 'content-length': '100' }).write('{');
        setImmediate(() => request.socket.resetAndDestroy());
      },
    ],
  ])('may have been sent if it %s', async (_, answer) => {
    const sender = await clientOf(answer);

    const error = await failureOf(sender.send('POST', '/', {}));

    expect(error).toBeDefined();
    expect(wasNeverSent(error)).toBe(false);
  });
});
