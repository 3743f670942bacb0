import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from '../run.ts';
import type { Platform } from './platform.ts';

/**
 * Downloads Debian packages of any architecture with their dependencies, from the apt sources of this machine and without
 * changing it. apt verifies them.
 *
 * @param directory for their lists and archives
 * @returns paths of the packages
 * @throws ReleaseError with apt's message
 */
export async function downloadPackages(
  names: readonly string[],
  { architecture }: Platform,
  directory: string,
  signal?: AbortSignal,
): Promise<string[]> {
  for (const path of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(directory, path), { recursive: true });
  const options = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `Dir::State::Lists=${join(directory, 'lists')}`,
    `Dir::Cache=${join(directory, 'cache')}`,
    // Nothing is installed yet.
    'Dir::State::Status=/dev/null',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  await run('apt-get', [...options, '-qq', 'update'], { signal });
  await run('apt-get', [...options, '-qq', '--download-only', '--no-install-recommends', 'install', ...names], {
    signal,
  });
  return globSync(join(directory, 'cache', 'archives', '*.deb')).toSorted();
}

/** Name of a downloaded package. */
export function packageName(file: string): string {
  return basename(file).split('_')[0] ?? '';
}

/** Files of a package that no program of the image reads. */
const unused = [
  'usr/lib/*/{gconv,audit}',
  'lib/*/audit',
  'usr/share/{lintian,gcc,gdb}',
  'usr/share/doc/*/!(copyright)',
];

/**
 * Unpacks a package into the root of an image: its files without documentation except the license, and its control file where
 * scanners look for it (`/var/lib/dpkg/status.d`, as in distroless images).
 */
export async function unpackPackage(file: string, root: string, signal?: AbortSignal): Promise<void> {
  const records = join(root, 'var', 'lib', 'dpkg', 'status.d');
  mkdirSync(records, { recursive: true });
  await run('dpkg-deb', ['--extract', file, root], { signal });
  writeFileSync(join(records, packageName(file)), await run('dpkg-deb', ['--field', file], { signal }));
  for (const path of unused.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    rmSync(join(root, path), { recursive: true });
  }
}
