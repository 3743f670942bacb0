import { handshakeTimeoutMs } from './http-limits.ts';
import { systemClock, type Clock } from '../kubernetes/clock.ts';
import { readCertificate } from './certificate-files.ts';
import type { Certificate, TlsFiles } from './certificate-files.ts';

/**
 * How often the files are looked at, in milliseconds. The kubelet brings a changed Secret within about a minute, and
 * swaps a link to do so, which file watchers see or do not see depending on the volume.
 */
const lookEveryMs = 10_000;

/** What becomes of the files, for the log. */
export interface CertificateEvents {
  /** A certificate is in use from now on. */
  loaded(certificate: Certificate): void;
  /** The files have changed, and can not be used; the former certificate stays. */
  refused(error: unknown): void;
}

/** The certificate of both servers, read again when its files change. New connections get the new one, open ones go on. */
export class ServerCertificate {
  #current: Certificate;
  #refused: string | undefined;
  readonly #listeners = new Set<(certificate: Certificate) => void>();

  /**
   * Reads the files.
   *
   * @throws CertificateError when they can not be used
   */
  constructor(
    private readonly files: TlsFiles,
    private readonly clock: Clock = systemClock,
  ) {
    this.#current = readCertificate(files);
  }

  get current(): Certificate {
    return this.#current;
  }

  /** Calls back with each certificate that follows the current one. */
  onChange(listener: (certificate: Certificate) => void): void {
    this.#listeners.add(listener);
  }

  /** Looks at the files again and again, until `signal` aborts. */
  follow(events: CertificateEvents, signal: AbortSignal): void {
    events.loaded(this.#current);
    const look = () => {
      if (signal.aborted) return;
      this.#look(events);
      stop = this.clock.setTimer(lookEveryMs, look);
    };
    let stop = this.clock.setTimer(lookEveryMs, look);
    signal.addEventListener('abort', () => stop(), { once: true });
  }

  #look(events: CertificateEvents): void {
    try {
      const certificate = readCertificate(this.files);
      this.#refused = undefined;
      if (certificate.fingerprint === this.#current.fingerprint) return;
      this.#current = certificate;
      for (const listener of this.#listeners) listener(certificate);
      events.loaded(certificate);
    } catch (error) {
      // Told once and not every time.
      if (String(error) === this.#refused) return;
      this.#refused = String(error);
      events.refused(error);
    }
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
 * The options of a TLS server that presents a certificate: Mozilla's intermediate profile
 * (https://wiki.mozilla.org/Security/Server_Side_TLS), and client certificates where there is a CA for them.
 */
export function tlsOptions({ cert, key, ca }: Certificate) {
  return {
    cert,
    key,
    ca,
    minVersion: 'TLSv1.2',
    ciphers,
    ecdhCurve: 'X25519:prime256v1:secp384r1',
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: ca !== undefined,
    rejectUnauthorized: ca !== undefined,
  } as const;
}
