import { describe, expect, it } from '@jest/globals';
import { CertificateEnd } from './certificate-end.ts';
import type { Certificate } from './certificate-files.ts';

const endingAt = (notAfter: string): Certificate => ({
  cert: Buffer.of(),
  key: Buffer.of(),
  subject: 'CN=workflow-execution',
  notAfter: new Date(notAfter),
  fingerprint: notAfter,
});

describe('the end of the certificate', () => {
  it('is that of the one in use, also after it was renewed', () => {
    const certificate = { current: endingAt('2026-01-02T03:04:05Z') };
    const end = new CertificateEnd();
    end.follow(certificate);
    expect(end.seconds).toBe(Date.parse('2026-01-02T03:04:05Z') / 1_000);

    certificate.current = endingAt('2026-04-02T03:04:05Z');

    expect(end.seconds).toBe(Date.parse('2026-04-02T03:04:05Z') / 1_000);
  });

  it('is 0 without TLS', () => {
    expect(new CertificateEnd().seconds).toBe(0);
  });
});
