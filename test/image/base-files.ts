import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { ClusterError } from '../cluster/errors.ts';
import { silent } from '../cluster/progress.ts';
import { findPackages } from '../cluster/packages.ts';
import { allocatorLibrary } from './allocator.ts';

/** Version of npm in the build base; it bundles its dependencies. */
const npmVersion = '11.19.1';

/**
 * Creates the files of both base images under a directory: `runtime` has this Node.js and its shared libraries, `build` a
 * shell, its tools and npm.
 *
 * @throws ClusterError if a required file is missing
 */
export async function layOutBases(directory: string, signal?: AbortSignal): Promise<void> {
  await Promise.all([layOutRuntime(join(directory, 'runtime')), layOutBuild(join(directory, 'build'), signal)]);
}

async function layOutRuntime(root: string): Promise<void> {
  await copyTo(join(root, 'nodejs', 'bin', 'node'), process.execPath);
  const linked = await output('ldd', [process.execPath]);
  for (const [library] of linked.matchAll(/\/lib\S+/g)) await copyTo(join(root, library), library);
}

async function layOutBuild(root: string, signal?: AbortSignal): Promise<void> {
  const { busybox } = findPackages();
  if (busybox === undefined) throw new ClusterError('A busybox that needs no libraries is missing.');
  await copyTo(join(root, 'bin', 'busybox'), busybox);
  const applets = (await output(busybox, ['--list'])).split('\n').filter((name) => name !== '' && name !== 'busybox');
  await Promise.all(applets.map((name) => symlink('busybox', join(root, 'bin', name))));
  await Promise.all(
    ['root', 'tmp', 'usr/bin', 'usr/local/bin'].map((path) => mkdir(join(root, path), { recursive: true })),
  );
  // Interpreter path of scripts.
  await symlink('/bin/env', join(root, 'usr', 'bin', 'env'));
  await copyTo(join(root, 'usr', 'lib', 'libjemalloc.so.2'), await allocatorLibrary(silent, signal));
  await layOutNpm(join(root, 'usr', 'local'), signal);
}

async function layOutNpm(prefix: string, signal?: AbortSignal): Promise<void> {
  const home = join(prefix, 'lib', 'node_modules', 'npm');
  await mkdir(home, { recursive: true });
  const packed = await output('npm', ['pack', '--silent', '--pack-destination', prefix, `npm@${npmVersion}`], signal);
  await output('tar', [
    '--extract',
    '--file',
    join(prefix, packed.trim()),
    '--directory',
    home,
    '--strip-components=1',
  ]);
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(prefix, 'bin', 'npm'));
}

/** Copies a file, following symbolic links. */
async function copyTo(destination: string, source: string): Promise<void> {
  await mkdir(dirname(destination), { recursive: true });
  await cp(source, destination, { dereference: true });
}

async function output(command: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, { signal });
  if (code !== 0) throw new ClusterError(`${command} ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
