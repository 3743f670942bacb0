import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { types } from 'node:util';
import type { Config } from '../config/config.ts';

/** The settings that name the files. */
export type TlsFiles = Pick<Config, 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'>;

/** A server's certificate and what belongs to it, as they were read. */
export interface Certificate {
  /** PEM: the certificate and the ones that lead from it to its CA. */
  readonly cert: Buffer;
  /** PEM */
  readonly key: Buffer;
  /** PEM: the CAs of client certificates; absent when clients need not show one. */
  readonly ca?: Buffer;
  /** What the certificate says of itself, for the log. */
  readonly subject: string;
  readonly notAfter: Date;
  /** Another one for other files. */
  readonly fingerprint: string;
}

/** The files do not make up a certificate that a server could show; the message says which and why, for people. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/**
 * Reads the certificate of the servers.
 *
 * @throws CertificateError when a file can not be read or is not what it should be, or the key is another certificate's
 */
export function readCertificate({ tlsCertFile, tlsKeyFile, tlsClientCaFile }: TlsFiles): Certificate {
  const cert = read('WFE_TLS_CERT_FILE', tlsCertFile);
  const key = read('WFE_TLS_KEY_FILE', tlsKeyFile);
  const ca = tlsClientCaFile === '' ? undefined : read('WFE_TLS_CLIENT_CA_FILE', tlsClientCaFile);
  const { subject, validToDate } = parsed('WFE_TLS_CERT_FILE', tlsCertFile, cert);
  if (ca !== undefined) parsed('WFE_TLS_CLIENT_CA_FILE', tlsClientCaFile, ca);
  try {
    createSecureContext({ cert, key, ca });
  } catch (cause) {
    const why = messageOf(cause);
    throw new CertificateError(`WFE_TLS_KEY_FILE ${tlsKeyFile} is not the key of ${tlsCertFile}: ${why}`, { cause });
  }
  return {
    cert,
    key,
    ca,
    subject: subject.replaceAll('\n', ', '),
    notAfter: validToDate,
    fingerprint: hash(cert, key, ca),
  };
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CertificateError(`${variable} ${path} can not be read: ${messageOf(cause)}`, { cause });
  }
}

function parsed(variable: string, path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new CertificateError(`${variable} ${path} is not a certificate in PEM`, { cause });
  }
}

/** Unlike instanceof it knows the errors of Node itself where code runs in a context of its own, as under Jest. */
function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}

function hash(...parts: readonly (Buffer | undefined)[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part ?? '').update('\0');
  return digest.digest('hex');
}
