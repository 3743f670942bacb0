import { once } from 'node:events';
import { webcrypto } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls, createServer, type Server, type TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { keyUpdates } from '../config/limits.ts';
import { ConnectionLimits } from './connection-limits.ts';
import { connectRawTls, type RawTlsConnection } from './tls-records.builders.ts';

x509.cryptoProvider.set(globalThis.crypto);

let certificate: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=wfe',
    keys,
    signingAlgorithm: algorithm,
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  certificate = { cert: cert.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` };
});

let server: Server;
let limits: ConnectionLimits;
/** The TCP sockets of the server. */
let accepted: Socket[];
let errors: string[];
beforeEach(async () => {
  [accepted, errors] = [[], []];
  server = createServer(certificate, (socket: TLSSocket) => {
    socket.on('error', ({ message }: Error) => {
      errors.push(message);
      socket.destroy();
    });
    socket.pipe(socket);
  });
  server.on('connection', (socket: Socket) => accepted.push(socket));
  limits = new ConnectionLimits({ total: 100, perAddress: 100, anonymous: 100 });
  limits.applyTo(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of accepted) socket.destroy();
  server.close();
});

const portOf = (of: Server) => (of.address() as AddressInfo).port;
const connect = () => connectRawTls(portOf(server));

/** So many records, one after the other. */
const many = (count: number, record: () => Buffer) => Buffer.concat(Array.from({ length: count }, record));

/** Resolves when the server has closed the connection. */
const close = ({ responses }: Pick<RawTlsConnection, 'responses'>) =>
  new Promise<void>((resolve) => responses.once('close', () => resolve()));

/** Sends records; resolves when the server has closed the connection. */
async function closedBy(client: RawTlsConnection, records: Buffer): Promise<void> {
  const closed = close(client);
  client.socket.write(records);
  await closed;
}

describe('key updates', () => {
  it('are accepted in a burst, also those that request one of the server', async () => {
    const { socket, records, responses } = await connect();
    const burst = many(keyUpdates.burst, () => records.keyUpdate({ requestsAnother: true }));
    const answer = once(responses, 'data');

    socket.write(Buffer.concat([burst, records.applicationData(Buffer.from('hello'))]));

    expect(String(await answer)).toBe('hello');
  });

  it.each([
    ['', {}],
    [' that request one of the server', { requestsAnother: true }],
  ])('close a connection with many of them%s before its next read', async (_, options) => {
    const client = await connect();

    const updates = many(2 * keyUpdates.burst, () => client.records.keyUpdate(options));
    const data = many(64, () => client.records.applicationData(Buffer.alloc(16 * 1024)));

    await closedBy(client, Buffer.concat([updates, data]));

    // The handshake, and one read of Node.js (64 KiB).
    expect(accepted[0]?.bytesRead).toBeLessThan(96 * 1024);
  });

  it('close a connection even if data is between them', async () => {
    const client = await connect();
    const { records } = client;
    const piece = () => Buffer.concat([records.keyUpdate(), records.applicationData(Buffer.from('x'))]);

    await closedBy(client, many(2 * keyUpdates.burst, piece));
  });

  it('close other connections of the address, except those with an authenticated call', async () => {
    const clients = [await connect(), await connect(), await connect()] as const;
    limits.authenticated(accepted[1] ?? {});
    const closed = close(clients[2]);

    await closedBy(
      clients[0],
      many(2 * keyUpdates.burst, () => clients[0].records.keyUpdate()),
    );
    await closed;

    expect(accepted.map(({ destroyed }) => destroyed)).toEqual([true, false, true]);
  });

  it('leave no secret in the key log', async () => {
    const lines: Buffer[] = [];
    server.on('keylog', (line) => lines.push(line));
    await connect();

    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every((line) => line.every((byte) => byte === 0))).toBe(true);
  });
});

// Not the product's limits: what it relies on.
describe('OpenSSL and Node.js', () => {
  it.each([
    ['empty records', ({ records }: RawTlsConnection) => records.applicationData(Buffer.alloc(0))],
    ['warnings', ({ records }: RawTlsConnection) => records.warningAlert()],
  ])('close a connection with many %s', async (_, record) => {
    const client = await connect();

    await closedBy(
      client,
      many(100, () => record(client)),
    );

    expect(errors).toHaveLength(1);
  });

  it('close a connection with many renegotiations', async () => {
    const client = connectTls({ port: portOf(server), maxVersion: 'TLSv1.2', rejectUnauthorized: false });
    client.on('error', () => undefined);
    await once(client, 'secureConnect');
    const closed = close({ responses: client.resume() });
    const renegotiate = () => void client.renegotiate({ rejectUnauthorized: false }, (error) => error ?? renegotiate());
    renegotiate();
    await closed;

    expect(errors).toEqual(['TLS session renegotiation attack detected']);
  });
});
