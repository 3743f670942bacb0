import { systemClock } from '../../kubernetes/clock.ts';
import type { Clock } from '../../kubernetes/clock.ts';
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

/** The options of a TLS server that shows a certificate: TLS 1.2 and later, and client certificates where there is a CA for them. */
export function tlsOptions({ cert, key, ca }: Certificate) {
  return {
    cert,
    key,
    ca,
    minVersion: 'TLSv1.2',
    requestCert: ca !== undefined,
    rejectUnauthorized: ca !== undefined,
  } as const;
}
