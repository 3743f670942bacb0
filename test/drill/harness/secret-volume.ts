import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestCertificate } from '../../support/certificates.ts';

/**
 * A certificate directory as the kubelet mounts a Secret: `tls.crt` and `tls.key` are links through `..data`, which is
 * replaced atomically (https://pkg.go.dev/k8s.io/kubernetes/pkg/volume/util#AtomicWriter).
 */
export class SecretVolume {
  readonly directory: string;
  #version = 0;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The settings that name its files. */
  get settings(): Readonly<Record<string, string>> {
    return {
      WFE_TLS_CERT_FILE: join(this.directory, 'tls.crt'),
      WFE_TLS_KEY_FILE: join(this.directory, 'tls.key'),
    };
  }

  /** Replaces the certificate. */
  async store({ cert, key }: TestCertificate): Promise<void> {
    this.#version += 1;
    const version = `..version-${this.#version}`;
    await mkdir(join(this.directory, version), { recursive: true });
    await writeFile(join(this.directory, version, 'tls.crt'), cert);
    await writeFile(join(this.directory, version, 'tls.key'), key, { mode: 0o600 });
    await symlink(version, join(this.directory, '..data-new'));
    await rename(join(this.directory, '..data-new'), join(this.directory, '..data'));
    if (this.#version > 1) return;
    for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(this.directory, name));
  }
}
