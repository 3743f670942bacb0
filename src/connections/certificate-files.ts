import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { types } from 'node:util';
import type { Config } from '../config/config.ts';

/** The settings that name the files. */
export type TlsFiles = Pick<Config, 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'>;

/** The contents of the certificate files. */
export interface Certificate {
  /** PEM: the certificate with its intermediates. */
  readonly cert: Buffer;
  /** PEM */
  readonly key: Buffer;
  /** PEM: the CAs of client certificates; absent if clients need none. */
  readonly ca?: Buffer;
  readonly subject: string;
  readonly notAfter: Date;
  /** Differs if any file differs. */
  readonly fingerprint: string;
}

/** The certificate files are invalid; the message names the file and the reason. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/**
 * Reads the certificate files.
 *
 * @throws CertificateError if a file cannot be read or is invalid, or the key does not belong to the certificate
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
    throw new CertificateError(`${variable} ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function parsed(variable: string, path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new CertificateError(`${variable} ${path} is not a certificate in PEM`, { cause });
  }
}

/** Unlike instanceof, isNativeError recognizes errors of Node.js under Jest. */
function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}

function hash(...parts: readonly (Buffer | undefined)[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part ?? '').update('\0');
  return digest.digest('hex');
}
