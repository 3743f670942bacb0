import { Injectable } from '@nestjs/common';
import type { ServerCertificate } from './server-certificate.ts';

/** When the certificate ends that the servers show. Without TLS there is none. */
@Injectable()
export class CertificateEnd {
  private certificate: Pick<ServerCertificate, 'current'> | undefined;

  /** Takes the certificate that the servers show from now on; it may change, and its end with it. */
  follow(certificate: Pick<ServerCertificate, 'current'>): void {
    this.certificate = certificate;
  }

  /** In seconds since 1970, 0 without a certificate. */
  get seconds(): number {
    return (this.certificate?.current.notAfter.getTime() ?? 0) / 1_000;
  }
}
