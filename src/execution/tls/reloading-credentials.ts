import { ServerCredentials } from '@grpc/grpc-js';
import { tlsOptions } from './server-certificate.ts';
import type { ServerCertificate } from './server-certificate.ts';

/** The certificate as gRPC wants it, which hands a new one to its listening server. */
export class ReloadingCredentials extends ServerCredentials {
  constructor(certificate: ServerCertificate) {
    const { requestCert, rejectUnauthorized, ...context } = tlsOptions(certificate.current);
    super({ requestCert, rejectUnauthorized }, context);
    certificate.onChange((next) => this.updateSecureContextOptions(tlsOptions(next)));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
