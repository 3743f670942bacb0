import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:tls';
import { certificateAuthority, type TestAuthority } from '../../support/certificates.ts';
import { SecretVolume } from './secret-volume.ts';

/** The certificate of the replicas, and those who sign it: one before it is rotated, and another one after. */
export class Certificates {
  readonly #volume: SecretVolume;
  #authorities: readonly TestAuthority[] = [];

  constructor(directory: string) {
    this.#volume = new SecretVolume(directory);
  }

  /** Makes both authorities, and the first certificate. Without it there is no TLS. */
  async create(): Promise<void> {
    this.#authorities = [await certificateAuthority('first authority'), await certificateAuthority('second authority')];
    await mkdir(this.#volume.directory, { recursive: true });
    await this.#store(0, 'first');
  }

  /** Puts a certificate of the second authority in place, with a key of its own. */
  rotate(): Promise<void> {
    return this.#store(1, 'second');
  }

  /** PEM: both authorities, so that clients go on trusting the service; undefined without TLS. */
  get ca(): string | undefined {
    return this.#authorities.length === 0 ? undefined : this.#authorities.map(({ cert }) => cert).join('\n');
  }

  /** The settings of a replica. */
  get settings(): Readonly<Record<string, string>> {
    return this.#authorities.length === 0 ? {} : this.#volume.settings;
  }

  /** Who a new connection to `host:port` finds: the common name. */
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
