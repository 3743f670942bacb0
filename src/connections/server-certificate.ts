import { Injectable } from '@nestjs/common';
import { systemClock, type Clock } from '../kubernetes/clock.ts';
import { readCertificate } from './certificate-files.ts';
import type { Certificate, TlsFiles } from './certificate-files.ts';
import { handshakeTimeoutMs } from './http-limits.ts';

/**
 * How often the files are read, in milliseconds. The kubelet updates Secrets within about a minute by replacing a symbolic
 * link, which file watchers do not notice on every volume.
 */
const readEveryMs = 10_000;

/** Receives what happens to the files, for the log. */
export interface CertificateEvents {
  /** A certificate is in use. */
  loaded(certificate: Certificate): void;
  /** The changed files are invalid; the previous certificate stays in use. */
  refused(error: unknown): void;
}

/** The certificate of both servers, reloaded when its files change. New connections get the new one. */
export class ServerCertificate {
  private certificate: Certificate;
  private lastError: string | undefined;
  private readonly listeners = new Set<(certificate: Certificate) => void>();

  /**
   * Reads the files.
   *
   * @throws CertificateError if they are invalid
   */
  constructor(
    private readonly files: TlsFiles,
    private readonly clock: Clock = systemClock,
  ) {
    this.certificate = readCertificate(files);
  }

  get current(): Certificate {
    return this.certificate;
  }

  /** Calls back with each certificate that replaces the current one. */
  onChange(listener: (certificate: Certificate) => void): void {
    this.listeners.add(listener);
  }

  /** Reads the files periodically until `signal` aborts. */
  follow(events: CertificateEvents, signal: AbortSignal): void {
    events.loaded(this.certificate);
    const tick = () => {
      if (signal.aborted) return;
      this.reload(events);
      stop = this.clock.setTimer(readEveryMs, tick);
    };
    let stop = this.clock.setTimer(readEveryMs, tick);
    signal.addEventListener('abort', () => stop(), { once: true });
  }

  private reload(events: CertificateEvents): void {
    try {
      const certificate = readCertificate(this.files);
      this.lastError = undefined;
      if (certificate.fingerprint === this.certificate.fingerprint) return;
      this.certificate = certificate;
      for (const listener of this.listeners) listener(certificate);
      events.loaded(certificate);
    } catch (error) {
      // Reported once.
      if (String(error) === this.lastError) return;
      this.lastError = String(error);
      events.refused(error);
    }
  }
}

/** Expiry of the servers' certificate, for the metrics. */
@Injectable()
export class CertificateExpiry {
  private certificate: Pick<ServerCertificate, 'current'> | undefined;

  follow(certificate: Pick<ServerCertificate, 'current'>): void {
    this.certificate = certificate;
  }

  /** Seconds since 1970; 0 without TLS. */
  get seconds(): number {
    return (this.certificate?.current.notAfter.getTime() ?? 0) / 1_000;
  }
}

/** The cipher suites of TLS 1.3, and those of TLS 1.2 with forward secrecy and authenticated encryption. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * The options of a TLS server: Mozilla's intermediate profile (https://wiki.mozilla.org/Security/Server_Side_TLS), with
 * client certificates required if there is a CA for them.
 */
export function tlsOptions({ cert, key, ca }: Certificate) {
  return {
    cert,
    key,
    ca,
    minVersion: 'TLSv1.2',
    ciphers,
    // Without secp384r1, which takes ten times as long.
    ecdhCurve: 'X25519:prime256v1',
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: ca !== undefined,
    rejectUnauthorized: ca !== undefined,
  } as const;
}
