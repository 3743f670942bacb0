import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BaseImage, BaseImages } from './image/build-image.ts';
import { imageName } from './kustomize.ts';
import { ReleaseError } from './release-error.ts';

/** Usage of the command. */
export const usage = `npm run release -- --out DIRECTORY [--registry HOST/ORGANIZATION]
  [--build-base IMAGE@sha256:… --runtime-base IMAGE@sha256:…]`;

/** Options of a release. */
export interface Options {
  /** An empty or new directory. */
  readonly out: string;
  /** Repository of the image. */
  readonly repository: string;
  /** Whether the image is pushed there. */
  readonly push: boolean;
  readonly bases?: BaseImages;
}

/**
 * Reads the command line.
 *
 * @throws ReleaseError that names the option and what is allowed
 */
export function readOptions(args: readonly string[]): Options {
  const { out, registry, ...bases } = parse(args);
  if (out === undefined) throw new ReleaseError(`--out is missing.\nUsage: ${usage}`);
  const directory = resolve(out);
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new ReleaseError(`--out ${out} is not empty; name a new directory.`);
  }
  if (registry !== undefined && !/^[\w.-]+(:\d+)?(\/[a-z0-9._-]+)*$/.test(registry)) {
    throw new ReleaseError(`--registry ${registry} is not HOST/ORGANIZATION, such as registry.example/platform.`);
  }
  const repository = registry === undefined ? imageName : `${registry}/workflow-execution`;
  return { out: directory, repository, push: registry !== undefined, bases: basesOf(bases) };
}

function parse(args: readonly string[]) {
  try {
    const option = { type: 'string' } as const;
    const options = { out: option, registry: option, 'build-base': option, 'runtime-base': option };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ReleaseError(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  }
}

function basesOf({ 'build-base': build, 'runtime-base': runtime }: Bases): BaseImages | undefined {
  if (build === undefined && runtime === undefined) return undefined;
  if (build === undefined || runtime === undefined) {
    throw new ReleaseError('--build-base and --runtime-base belong together.');
  }
  return { build: baseOf('--build-base', build), runtime: baseOf('--runtime-base', runtime) };
}

interface Bases {
  readonly 'build-base'?: string;
  readonly 'runtime-base'?: string;
}

function baseOf(option: string, value: string): BaseImage {
  const [, name, digest] = /^(\S+)@(sha256:[0-9a-f]{64})$/.exec(value) ?? [];
  if (name === undefined || digest === undefined) {
    throw new ReleaseError(`${option} ${value} is not pinned by digest: IMAGE@sha256:…`);
  }
  return { name, digest };
}
