import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { connect, type ConnectionOptions } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WorkflowExecutionServiceClient } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { type CertificateEvents, ServerCertificate } from '../../../src/connections/server-certificate.ts';
import { FakeClock } from '../../../src/kubernetes/fake-clock.builders.ts';
import { certificateAuthority, type TestAuthority, type TestCertificate } from '../../support/certificates.ts';
import { apiCluster } from '../support/cluster.ts';
import { grpcCall } from './grpc-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

let authority: TestAuthority;
let directory: string;
let files: { tlsCertFile: string; tlsKeyFile: string; tlsClientCaFile: string };

beforeAll(async () => {
  authority = await certificateAuthority('test authority');
  directory = await mkdtemp(join(tmpdir(), 'workflow-execution-tls-'));
  const path = (name: string) => join(directory, name);
  files = { tlsCertFile: path('tls.crt'), tlsKeyFile: path('tls.key'), tlsClientCaFile: '' };
});
beforeEach(async () => store(await authority.issue('first')));
afterAll(() => rm(directory, { recursive: true }));

/** Replaces the certificate and key files atomically, as the kubelet does. */
async function store({ cert, key }: TestCertificate): Promise<void> {
  await writeFile(`${files.tlsCertFile}.new`, cert);
  await writeFile(`${files.tlsKeyFile}.new`, key);
  await rename(`${files.tlsCertFile}.new`, files.tlsCertFile);
  await rename(`${files.tlsKeyFile}.new`, files.tlsKeyFile);
}

/** The subject of the certificate that a new connection is presented with. */
async function shownBy(port: number, over: ConnectionOptions = {}): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca: authority.cert, ALPNProtocols: ['h2', 'http/1.1'], ...over });
  try {
    await once(socket, 'secureConnect');
    return String(socket.getPeerCertificate().subject.CN);
  } finally {
    socket.destroy();
  }
}

const portOf = (address: string) => Number(/:(\d+)$/.exec(address)?.[1]);

describe('TLS', () => {
  let api: RunningApi;
  let clock: FakeClock;
  let events: { loaded: string[]; refused: string[] };
  const end = new AbortController();

  beforeAll(async () => {
    await store(await authority.issue('first'));
    clock = new FakeClock();
    const certificate = new ServerCertificate(files, clock);
    api = await startApi(apiCluster(), {}, { certificate });
    events = { loaded: [], refused: [] };
    const log: CertificateEvents = {
      loaded: ({ subject }) => void events.loaded.push(subject),
      refused: (error) => void events.refused.push(String(error)),
    };
    certificate.follow(log, end.signal);
  });

  afterAll(async () => {
    end.abort();
    await api.stop();
  });

  const ports = () => [portOf(api.url), portOf(api.grpcAddress)];

  it('both servers accept TLS 1.2 and later only', async () => {
    await expect(Promise.all(ports().map((port) => shownBy(port)))).resolves.toEqual(['first', 'first']);
    const closed = expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/);
    await expect(fetch(api.url.replace('https', 'http'))).rejects.toHaveProperty('cause.code', closed);
    // At its default security level OpenSSL does not even ask for these versions.
    const tooOld: ConnectionOptions = { ciphers: 'DEFAULT:@SECLEVEL=0', maxVersion: 'TLSv1.1', minVersion: 'TLSv1' };
    const refused = { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' };
    for (const port of ports()) await expect(shownBy(port, tooOld)).rejects.toMatchObject(refused);
  });

  it.each([
    ['with CBC', 'ECDHE-ECDSA-AES128-SHA256'],
    ['with CCM', 'ECDHE-ECDSA-AES128-CCM'],
    ['with ARIA', 'ECDHE-ECDSA-ARIA128-GCM-SHA256'],
  ])('both servers refuse the cipher suite %s of TLS 1.2', async (_, ciphers) => {
    const refused = { code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE' };
    for (const port of ports()) {
      await expect(shownBy(port, { ciphers, maxVersion: 'TLSv1.2' })).rejects.toMatchObject(refused);
    }
  });

  it('both servers accept a cipher suite of TLS 1.2 with forward secrecy and authenticated encryption', async () => {
    const over: ConnectionOptions = { ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305', maxVersion: 'TLSv1.2' };
    await expect(Promise.all(ports().map((port) => shownBy(port, over)))).resolves.toEqual(['first', 'first']);
  });

  it('a renewed certificate is presented to new connections, and open ones stay', async () => {
    const secure = credentials.createSsl(Buffer.from(authority.cert));
    const client = new WorkflowExecutionServiceClient(api.grpcAddress, secure);
    const name = 'namespaces/default/workflowExecutions/none';
    const before = await grpcCall((done) => client.getWorkflowExecution({ name }, done));
    await store(await authority.issue('second'));
    await clock.advance(10_000);

    const shown = await Promise.all(ports().map((port) => shownBy(port)));
    const after = await grpcCall((done) => client.getWorkflowExecution({ name }, done));
    client.close();

    expect(shown).toEqual(['second', 'second']);
    expect(events.loaded.at(-1)).toBe('CN=second');
    expect([before.error?.details, after.error?.details]).toEqual([
      expect.stringContaining('a bearer token'),
      expect.stringContaining('a bearer token'),
    ]);
  });

  it('a key that does not match is reported once, and the previous certificate stays', async () => {
    const { cert } = await authority.issue('third');
    const { key } = await authority.issue('somebody else');
    const [before] = await Promise.all(ports().map((port) => shownBy(port)));
    await store({ cert, key });
    await clock.advance(30_000);

    expect(events.refused).toEqual([expect.stringContaining('WFE_TLS_KEY_FILE')]);
    expect(await shownBy(portOf(api.url))).toBe(before);
  });
});

describe('TLS with WFE_TLS_CLIENT_CA_FILE', () => {
  let api: RunningApi;

  beforeAll(async () => {
    await store(await authority.issue('first'));
    const tlsClientCaFile = join(directory, 'ca.crt');
    await writeFile(tlsClientCaFile, authority.cert);
    const certificate = new ServerCertificate({ ...files, tlsClientCaFile });
    api = await startApi(apiCluster(), {}, { certificate });
  });

  afterAll(() => api.stop());

  /** Calls over gRPC with a client certificate, or without one; returns the error. */
  const ask = async (of?: TestCertificate) => {
    const [key, cert] = of === undefined ? [null, null] : [Buffer.from(of.key), Buffer.from(of.cert)];
    const secure = credentials.createSsl(Buffer.from(authority.cert), key, cert);
    const client = new WorkflowExecutionServiceClient(api.grpcAddress, secure);
    const name = 'namespaces/default/workflowExecutions/none';
    const { error } = await grpcCall((done) => client.getWorkflowExecution({ name }, done));
    client.close();
    return error?.details;
  };

  it('requires a token even with a client certificate of that CA', async () => {
    expect(await ask(await authority.issue('client'))).toContain('a bearer token');
  });

  it('rejects a client without a certificate or with one of another CA', async () => {
    const stranger = await certificateAuthority('another authority');

    expect(await ask()).not.toContain('a bearer token');
    expect(await ask(await stranger.issue('client'))).not.toContain('a bearer token');
  });
});

describe('a start', () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['is missing', () => rm(files.tlsCertFile), /^WFE_TLS_CERT_FILE .+ENOENT/],
    ['is not a certificate', () => writeFile(files.tlsCertFile, 'x'), /^WFE_TLS_CERT_FILE .+tls\.crt/],
    ['does not match its key', () => writeFile(files.tlsKeyFile, 'x'), /^WFE_TLS_KEY_FILE .+tls\.key/],
  ])('is refused when the certificate file %s', async (_, damage, sentence) => {
    await damage();

    expect(() => new ServerCertificate(files)).toThrow(sentence);
  });
});
