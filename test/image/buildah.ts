import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { ClusterError } from '../cluster/errors.ts';

/** Options of an image build. */
export interface ImageBuild {
  readonly dockerfile: string;
  /** Build context. */
  readonly context: string;
  readonly tag: string;
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
  readonly #program: string;
  readonly #directory: string;
  readonly #signal: AbortSignal | undefined;

  constructor(program: string, directory: string, signal?: AbortSignal) {
    this.#program = program;
    this.#directory = directory;
    this.#signal = signal;
  }

  /** @throws ClusterError with the output of the build */
  async build(image: ImageBuild): Promise<void> {
    const { dockerfile, context, tag, target } = image;
    const args = ['bud', '--isolation=chroot', `--file=${dockerfile}`, `--tag=${tag}`];
    if (target !== undefined) args.push(`--target=${target}`);
    for (const [name, value] of Object.entries(image.arguments ?? {})) args.push(`--build-arg=${name}=${value}`);
    for (const [id, file] of Object.entries(image.secrets ?? {})) args.push(`--secret=id=${id},src=${file}`);
    for (const [inside, outside] of Object.entries(image.volumes ?? {})) args.push(`--volume=${outside}:${inside}`);
    await this.#run(...args, context);
  }

  /** The digest of an image that was built. */
  async digestOf(tag: string): Promise<string> {
    return (await this.#run('inspect', '--type=image', '--format={{.FromImageDigest}}', tag)).trim();
  }

  /** Pushes an image to a registry on plain HTTP. */
  async push(tag: string, reference: string): Promise<void> {
    await this.#run('push', '--tls-verify=false', tag, `docker://${reference}`);
  }

  async #run(...args: string[]): Promise<string> {
    const storage = ['--storage-driver=vfs', `--root=${join(this.#directory, 'storage')}`];
    const { code, stdout, stderr } = await runCommand(
      this.#program,
      [...storage, `--runroot=${join(this.#directory, 'run')}`, ...args],
      { signal: this.#signal },
    );
    if (code !== 0) throw new ClusterError(`buildah ${args[0] ?? ''} failed:\n${stdout}${stderr}`);
    return stdout;
  }
}
