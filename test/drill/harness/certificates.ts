import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:tls';
import { certificateAuthority, type TestAuthority } from '../../support/certificates.ts';
import { SecretVolume } from './secret-volume.ts';

/** The replicas' certificate and its authorities: one before the rotation, another one after it. */
export class Certificates {
  readonly #volume: SecretVolume;
  #authorities: readonly TestAuthority[] = [];

  constructor(directory: string) {
    this.#volume = new SecretVolume(directory);
  }

  /** Creates both authorities and the first certificate. Without it there is no TLS. */
  async create(): Promise<void> {
    this.#authorities = [await certificateAuthority('first authority'), await certificateAuthority('second authority')];
    await mkdir(this.#volume.directory, { recursive: true });
    await this.#store(0, 'first');
  }

  /** Replaces the certificate by one of the second authority, with a new key. */
  rotate(): Promise<void> {
    return this.#store(1, 'second');
  }

  /** PEM of both authorities, so that clients trust the service throughout; undefined without TLS. */
  get ca(): string | undefined {
    return this.#authorities.length === 0 ? undefined : this.#authorities.map(({ cert }) => cert).join('\n');
  }

  /** TLS settings of a replica. */
  get settings(): Readonly<Record<string, string>> {
    return this.#authorities.length === 0 ? {} : this.#volume.settings;
  }

  /** Common name of the certificate that a new connection to `host:port` gets. */
  async servedBy(address: string): Promise<string> {
    const { port } = new URL(`https://${address}`);
    const socket = connect({ host: 'localhost', port: Number(port), ca: this.ca, ALPNProtocols: ['h2', 'http/1.1'] });
    try {
      await once(socket, 'secureConnect');
      return String(socket.getPeerCertificate().subject.CN);
    } finally {
      socket.destroy();
    }
  }

  async #store(number: number, commonName: string): Promise<void> {
    const authority = this.#authorities[number];
    if (authority === undefined) throw new Error('there is no authority');
    await this.#volume.store(await authority.issue(commonName));
  }
}
