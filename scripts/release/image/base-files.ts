import { createHash } from 'node:crypto';
import { globSync, readFileSync, renameSync } from 'node:fs';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordOf } from '../../../src/kubernetes/json.ts';
import { findPackages } from '../../../test/cluster/packages.ts';
import { ReleaseError } from '../release-error.ts';
import { run } from '../run.ts';
import { downloadPackages, packageName, unpackPackage } from './debian.ts';
import type { Platform } from './platform.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** Version of npm in the build base; it bundles its dependencies. */
const npmVersion = '11.19.1';
const allocator = 'libjemalloc2';

/**
 * Creates the files of both base images under a directory: `runtime-ARCHITECTURE` has Node.js and its shared libraries, `build` a
 * shell, its tools, npm and the allocators. Node.js is the locked npm package, the libraries are Debian's.
 *
 * @throws ReleaseError if something is missing; ClusterAborted
 */
export async function layOutBases(
  directory: string,
  platforms: readonly Platform[],
  signal?: AbortSignal,
): Promise<void> {
  await layOutBuild(join(directory, 'build'), signal);
  for (const platform of platforms) {
    const runtime = join(directory, `runtime-${platform.architecture}`);
    await layOutNode(join(runtime, 'nodejs'), platform, signal);
    const downloads = join(directory, `debian-${platform.architecture}`);
    for (const file of await downloadPackages(['libstdc++6', allocator], platform, downloads, signal)) {
      const isAllocator = packageName(file) === allocator;
      await unpackPackage(file, isAllocator ? allocatorRoot(directory, platform) : runtime, signal);
    }
    for (const library of globSync('usr/lib/*/libjemalloc.so.2', { cwd: allocatorRoot(directory, platform) })) {
      const from = join(allocatorRoot(directory, platform), library);
      renameSync(from, join(dirname(from), '..', 'libjemalloc.so.2'));
    }
  }
}

/** Where the Dockerfile finds the allocator of a platform. */
function allocatorRoot(directory: string, { architecture }: Platform): string {
  return join(directory, 'build', 'allocator', architecture);
}

/** Node.js as in package-lock.json: its program and license. */
async function layOutNode(home: string, { node }: Platform, signal?: AbortSignal): Promise<void> {
  const { name, version, integrity } = lockedNode(node);
  await unpackFromNpm(
    `${name}@${version}`,
    home,
    { integrity, members: ['package/bin/node', 'package/LICENSE'] },
    signal,
  );
}

/** The locked npm package of Node.js for an architecture. */
export function lockedNode(architecture: Platform['node']): { name: string; version: string; integrity: string } {
  const name = `node-linux-${architecture}`;
  const lock: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { version, integrity } = recordOf(recordOf(recordOf(lock)['packages'])[`node_modules/${name}`]);
  if (typeof version !== 'string' || typeof integrity !== 'string') throw new ReleaseError(`${name} is not locked`);
  return { name, version, integrity };
}

async function layOutBuild(build: string, signal?: AbortSignal): Promise<void> {
  const { busybox } = findPackages();
  if (busybox === undefined) throw new ReleaseError('A static busybox is missing (Debian package busybox-static).');
  await mkdir(join(build, 'bin'), { recursive: true });
  await cp(busybox, join(build, 'bin', 'busybox'), { dereference: true });
  const applets = (await run(busybox, ['--list'])).split('\n').filter((name) => name !== '' && name !== 'busybox');
  await Promise.all(applets.map((name) => symlink('busybox', join(build, 'bin', name))));
  await Promise.all(
    ['root', 'tmp', 'usr/bin', 'usr/local/bin'].map((path) => mkdir(join(build, path), { recursive: true })),
  );
  // Interpreter path of scripts.
  await symlink('/bin/env', join(build, 'usr', 'bin', 'env'));
  await unpackFromNpm(`npm@${npmVersion}`, join(build, 'usr', 'local', 'lib', 'node_modules', 'npm'), {}, signal);
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(build, 'usr', 'local', 'bin', 'npm'));
}

/** Unpacks a package of npm, or some of its members. */
async function unpackFromNpm(
  specifier: string,
  home: string,
  { integrity, members = [] }: { readonly integrity?: string; readonly members?: readonly string[] },
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(home, { recursive: true });
  const directory = dirname(home);
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', directory, specifier], { signal });
  const file = join(directory, packed.trim());
  const hash = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (integrity !== undefined && hash !== integrity)
    throw new ReleaseError(`${specifier} differs from package-lock.json`);
  await run('tar', ['--extract', '--file', file, '--directory', home, '--strip-components=1', ...members], { signal });
  await rm(file);
}
