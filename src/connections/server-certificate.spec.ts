import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import type { Certificate } from './certificate-files.ts';
import { CertificateExpiry, ServerCertificate } from './server-certificate.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
x509.cryptoProvider.set(globalThis.crypto);

const directory = mkdtempSync(join(tmpdir(), 'workflow-execution-certificate-'));
const files = {
  tlsCertFile: join(directory, 'tls.crt'),
  tlsKeyFile: join(directory, 'tls.key'),
  tlsClientCaFile: '',
};

/** Writes a new certificate to the files, as the kubelet does when a Secret changes. */
async function renew(commonName: string): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  writeFileSync(files.tlsCertFile, certificate.toString('pem'));
  writeFileSync(files.tlsKeyFile, `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`);
}

/** A certificate that is followed, with its events. */
function followed() {
  const clock = new FakeClock();
  const certificate = new ServerCertificate(files, clock);
  const shown: string[] = [];
  const refused: unknown[] = [];
  const stop = new AbortController();
  certificate.onChange(({ subject }: Certificate) => shown.push(subject));
  certificate.follow({ loaded: () => undefined, refused: (error) => refused.push(error) }, stop.signal);
  return { clock, certificate, shown, refused, stop };
}

describe('a server certificate', () => {
  beforeEach(() => renew('first'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is replaced once when its files change', async () => {
    const { clock, certificate, shown } = followed();
    await renew('second');

    await clock.advance(30_000);

    expect(shown).toEqual(['CN=second']);
    expect(certificate.current.subject).toBe('CN=second');
  });

  it('stays in use while its files are invalid, which is reported once', async () => {
    const { clock, certificate, shown, refused } = followed();
    writeFileSync(files.tlsCertFile, 'nothing');

    await clock.advance(30_000);

    expect([certificate.current.subject, shown, refused]).toEqual(['CN=first', [], [expect.any(Error)]]);
  });

  it('is not read again after its signal aborts', async () => {
    const { clock, shown, stop } = followed();
    await renew('second');
    stop.abort();

    await clock.advance(30_000);

    expect([shown, clock.pending]).toEqual([[], 0]);
  });
});

const expiringAt = (notAfter: string): Certificate => ({
  cert: Buffer.of(),
  key: Buffer.of(),
  subject: 'CN=workflow-execution',
  notAfter: new Date(notAfter),
  fingerprint: notAfter,
});

describe('the certificate expiry', () => {
  it('follows the certificate in use', () => {
    const certificate = { current: expiringAt('2026-01-02T03:04:05Z') };
    const expiry = new CertificateExpiry();
    expiry.follow(certificate);
    expect(expiry.seconds).toBe(Date.parse('2026-01-02T03:04:05Z') / 1_000);

    certificate.current = expiringAt('2026-04-02T03:04:05Z');

    expect(expiry.seconds).toBe(Date.parse('2026-04-02T03:04:05Z') / 1_000);
  });

  it('is 0 without TLS', () => {
    expect(new CertificateExpiry().seconds).toBe(0);
  });
});
