import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.ts';
import type { Platform } from './platform.ts';

/** Options of an image build. */
export interface ImageBuild {
  readonly dockerfile: string;
  /** Build context. */
  readonly context: string;
  readonly tag: string;
  readonly platform: Platform;
  /** Target stage; default the last. */
  readonly target?: string;
  readonly arguments?: Readonly<Record<string, string>>;
  /** Secret files by id. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Host directories by mount path. */
  readonly volumes?: Readonly<Record<string, string>>;
}

/**
 * Builds images without a container engine: buildah (https://buildah.io) in a chroot, on the host's network. Its storage is a
 * separate directory, which can be removed after the last build.
 */
export class Buildah {
  private readonly program: string;
  private readonly directory: string;
  private readonly timestamp: number;
  private readonly signal: AbortSignal | undefined;

  /** @param timestamp of images and all files in them, in seconds since 1970, so that a build can be reproduced */
  constructor(program: string, directory: string, timestamp: number, signal?: AbortSignal) {
    this.program = program;
    this.directory = directory;
    this.timestamp = timestamp;
    this.signal = signal;
  }

  /** @throws ReleaseError with the output of the build */
  async build(image: ImageBuild): Promise<void> {
    const { dockerfile, context, tag, platform, target } = image;
    const args = ['bud', '--isolation=chroot', '--layers', '--identity-label=false', `--timestamp=${this.timestamp}`];
    args.push(`--platform=${platform.name}`, `--file=${dockerfile}`, `--tag=${tag}`);
    if (target !== undefined) args.push(`--target=${target}`);
    for (const [name, value] of Object.entries(image.arguments ?? {})) args.push(`--build-arg=${name}=${value}`);
    for (const [id, file] of Object.entries(image.secrets ?? {})) args.push(`--secret=id=${id},src=${file}`);
    for (const [inside, outside] of Object.entries(image.volumes ?? {})) args.push(`--volume=${outside}:${inside}`);
    await this.buildah(...args, context);
  }

  /** The digest of an image that was built. */
  async digestOf(tag: string): Promise<string> {
    return (await this.buildah('inspect', '--type=image', '--format={{.FromImageDigest}}', tag)).trim();
  }

  /** Writes images of several platforms as one image into an OCI layout. */
  async writeLayout(tags: readonly string[], layout: string, tag: string): Promise<void> {
    const list = 'localhost/release';
    await this.buildah('manifest', 'create', list);
    for (const image of tags) await this.buildah('manifest', 'add', list, image);
    await this.buildah('manifest', 'push', '--all', list, `oci:${layout}:${tag}`);
  }

  private buildah(...args: string[]): Promise<string> {
    const storage = [`--storage-driver=${driverFor(this.directory)}`, `--root=${join(this.directory, 'storage')}`];
    const command = [this.program, ...storage, `--runroot=${join(this.directory, 'run')}`, ...args];
    // In a mount namespace of its own, so that no mount outlives it.
    return run('unshare', ['--mount', ...command], { signal: this.signal });
  }
}

/** Type of an overlay file system in statfs(2). */
const overlayMagic = 0x794c7630;

/** Overlays cannot be mounted on an overlay (inside of a container), so every layer is a copy there. */
function driverFor(directory: string): 'overlay' | 'vfs' {
  return statfsSync(directory).type === overlayMagic ? 'vfs' : 'overlay';
}
