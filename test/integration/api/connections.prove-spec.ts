import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { addressOf, isOpened, open } from '../../attack/attackers/connection.ts';
import { allocatorOfImage } from '../../image/allocator.ts';
import { certificateAuthority, type TestAuthority } from '../../support/certificates.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';
import { checkIntermediateProfile } from '../../support/sslyze.ts';
import { until } from '../../support/until.ts';

jest.setTimeout(180_000);

/** In KiB. */
const mebibyte = 1024;
let directory: string;
let authority: TestAuthority;
let service: ServiceProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'workflow-execution-connections-'));
  authority = await certificateAuthority('test authority');
  const { cert, key } = await authority.issue('service');
  const path = (name: string) => join(directory, name);
  for (const [name, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert })) {
    await writeFile(path(name), text);
  }
  service = await startService({
    kubeconfig: process.env['WFE_TEST_SERVICE_KUBECONFIG'] ?? '',
    settings: {
      WFE_ROLES: 'api',
      WFE_TLS_CERT_FILE: path('tls.crt'),
      WFE_TLS_KEY_FILE: path('tls.key'),
      ...(await allocatorOfImage()),
    },
  });
});

afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

const portOf = (address: string) => Number(/:(\d+)$/.exec(address)?.[1]);
const apiPorts = () => [portOf(service.http), portOf(service.grpc)];

/** A connection in a given state; errors when it is closed are ignored. */
function tcp(port: number): Socket {
  const socket = connectTcp(port, '127.0.0.1').resume();
  return socket.on('error', () => undefined);
}

function tls(port: number): Socket {
  const ALPNProtocols = ['h2', 'http/1.1'];
  const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert, ALPNProtocols }).resume();
  return socket.on('error', () => undefined);
}

describe('both API ports', () => {
  it("comply with Mozilla's intermediate profile, by sslyze", async () => {
    const { complies, text } = await checkIntermediateProfile(apiPorts(), join(directory, 'ca.crt'));

    expect(text).toContain('Compliant');
    expect(complies).toBe(true);
  });
});

describe('a connection', () => {
  it.each<[string, () => readonly Socket[]]>([
    ['on which nothing is sent', () => [...apiPorts(), portOf(service.metrics), portOf(service.health)].map(tcp)],
    ['with TLS on which nothing is sent', () => apiPorts().map(tls)],
    [
      'on which a request begins and does not go on',
      () => {
        const plain = [portOf(service.metrics), portOf(service.health)].map(tcp);
        for (const socket of plain) socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n');
        const secure = apiPorts().map(tls);
        secure[0]?.write('GET /openapi.json HTTP/1.1\r\nhost: x\r\n');
        secure[1]?.write('PRI * HTTP/2.0\r\n');
        return [...plain, ...secure];
      },
    ],
  ])('%s is closed after 10 s, on every port', async (_, open) => {
    await Promise.all(open().map((socket) => once(socket, 'close')));
  });
});

describe('5,000 connections with TLS', () => {
  /** Resident memory of the service, in KiB. */
  const resident = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]);

  /** Opens them, from ten addresses, half of them on each port, and closes them. */
  async function openAndClose(count: number): Promise<void> {
    const all: Socket[] = [];
    for (let begun = 0; begun < count; begun += 50) {
      const some = Array.from({ length: 50 }, (_, at) => {
        const tls = at % 2 === 0 ? 'http/1.1' : 'h2';
        return open({ port: apiPorts()[at % 2] ?? 0, tls, from: addressOf(at % 10) });
      });
      all.push(...some);
      await Promise.all(some.map((socket) => isOpened(socket, 'secureConnect')));
    }
    for (const socket of all) socket.destroy();
  }

  it('retain at most 50 MiB', async () => {
    // Use the service first: V8 grows the young generation once in any case.
    await openAndClose(500);
    const before = resident();
    await openAndClose(5_000);

    await until('memory has come back', () => resident() - before < 50 * mebibyte);
  });
});
