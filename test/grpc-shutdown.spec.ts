import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { afterAll, expect, it } from '@jest/globals';
import { callTo, flags, frame, preface, types } from './attack/attackers/frames.ts';
import { certificateAuthority } from './support/certificates.ts';
import { ServerCertificate } from '../src/connections/server-certificate.ts';
import { startGrpcServer } from '../src/api/grpc/grpc-server.builders.ts';
import type { ExecutionGrpcServer } from '../src/api/grpc/grpc-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'workflow-execution-grpc-'));
afterAll(() => rmSync(directory, { recursive: true }));

const clientCount = 16;

async function startServer(): Promise<ExecutionGrpcServer> {
  const { cert, key } = await (await certificateAuthority('test')).issue('server');
  const files = {
    tlsCertFile: join(directory, 'tls.crt'),
    tlsKeyFile: join(directory, 'tls.key'),
    tlsClientCaFile: '',
  };
  writeFileSync(files.tlsCertFile, cert);
  writeFileSync(files.tlsKeyFile, key);
  return startGrpcServer({ certificate: new ServerCertificate(files) });
}

/** A call of an unknown method with a message of 60 KB. */
function call(stream: number): Buffer {
  const headers = frame(types.headers, flags.endHeaders, stream, callTo('/no.Service/Method'));
  return Buffer.concat([
    headers,
    ...Array.from({ length: 60 }, () => frame(types.data, 0, stream, Buffer.alloc(1_000))),
  ]);
}

/** Sends calls, reads nothing and disconnects in the middle of one. */
async function floodAndDisconnect(port: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  socket.on('error', () => socket.destroy());
  await once(socket, 'secureConnect');
  socket.write(Buffer.concat([preface, frame(types.settings, 0, 0)]));
  for (let stream = 1; stream < 60 && !socket.destroyed; stream += 2) {
    await new Promise((resolve) => socket.write(call(stream), resolve));
  }
  socket.destroy();
}

it('a server that is forced to close ends connections whose end Node.js has missed', async () => {
  const server = await startServer();
  await Promise.all(Array.from({ length: clientCount }, () => floodAndDisconnect(server.port)));

  const closed = server.close();
  server.force();

  await expect(closed).resolves.toBeUndefined();
});

/** Begins a TLS handshake; resolves when the server has answered, to a function that completes it. */
async function beginHandshake(port: number): Promise<() => void> {
  const tcp = connectTcp(port, '127.0.0.1').on('error', () => undefined);
  const finished = Promise.withResolvers<() => void>();
  const transport = new Duplex({
    read: () => undefined,
    write: (flight: Buffer, _encoding, done) => {
      done();
      if (tcp.bytesWritten > 0) return finished.resolve(() => void tcp.write(flight));
      tcp.write(flight);
    },
  });
  tcp.on('data', (data) => transport.push(data));
  connect({ socket: transport, rejectUnauthorized: false, ALPNProtocols: ['h2'] }).on('error', () => undefined);
  return await finished.promise;
}

it('a server that has closed ends connections whose handshake completes afterwards', async () => {
  const server = await startServer();
  const complete = await beginHandshake(server.port);

  const closed = server.close();
  server.force();
  complete();

  await expect(closed).resolves.toBeUndefined();
});
