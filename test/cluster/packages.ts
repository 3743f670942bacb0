import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cache } from './cache.ts';
import { findOnPath, isExecutable, runCommand } from './command.ts';
import { ClusterAborted, ClusterError, messageOf } from './errors.ts';
import { withLock } from './lock.ts';
import { elapsedSince, showElapsed, showWaiting, type Progress } from './progress.ts';
import type { PodSupport } from './record.ts';

/** Programs of the machine that pods need; undefined if missing. */
export interface Packages {
  readonly containerd: string | undefined;
  readonly runc: string | undefined;
  /** Directory of the CNI plugins. */
  readonly cni: string | undefined;
  readonly iptables: string | undefined;
  /** A static busybox for the step image. */
  readonly busybox: string | undefined;
}

/** Debian packages of the programs. */
const debianPackages: Readonly<Record<keyof Packages, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  cni: 'containernetworking-plugins',
  iptables: 'iptables',
  busybox: 'busybox-static',
};

const systemDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Finds the programs, also outside of a user's PATH (`/usr/sbin`). */
export function findPackages(): Packages {
  const path = [process.env['PATH'] ?? '', ...systemDirectories].join(':');
  return {
    containerd: findOnPath('containerd', path),
    runc: findOnPath('runc', path),
    cni: ['/usr/lib/cni', '/opt/cni/bin'].find((directory) => isExecutable(join(directory, 'ptp'))),
    iptables: findOnPath('iptables', path),
    busybox: [findOnPath('busybox', path), '/bin/busybox'].find((file) => file && isStatic(file)),
  };
}

/** The missing Debian packages. */
export function missingPackages(found: Packages): string[] {
  const names: readonly (keyof Packages)[] = ['containerd', 'runc', 'cni', 'iptables', 'busybox'];
  return names.filter((name) => found[name] === undefined).map((name) => debianPackages[name]);
}

/** Whether an ELF program has no interpreter, so that it runs in an image without libraries. */
function isStatic(file: string): boolean {
  if (!existsSync(file)) return false;
  return !readFileSync(file).subarray(0, 4096).includes('/ld-');
}

/**
 * Ensures that pods can run: Linux, root, and the packages, which are installed if permitted.
 *
 * @returns why they cannot, as a sentence; this is not an error
 * @throws ClusterAborted
 */
export async function preparePods(cache: Cache, progress: Progress, signal?: AbortSignal): Promise<PodSupport> {
  const obstacle = obstacleToPods();
  if (obstacle) return { available: false, reason: obstacle };
  if (missingPackages(findPackages()).length === 0) return { available: true };
  const onWait = showWaiting(progress, 'another installation of packages');
  return withLock(cache, 'packages', { signal, onWait }, async () => {
    const missing = missingPackages(findPackages());
    if (missing.length === 0) return { available: true };
    return installPackages(missing, progress, signal);
  });
}

function obstacleToPods(): string | undefined {
  if (process.env['WFE_CLUSTER_PODS'] === 'off') return 'WFE_CLUSTER_PODS is off';
  if (process.platform !== 'linux') return `containers need Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'containers need root';
  return undefined;
}

async function installPackages(missing: string[], progress: Progress, signal?: AbortSignal): Promise<PodSupport> {
  const obstacle = await aptInstall(missing, progress, signal);
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const still = missingPackages(findPackages());
  if (still.length === 0) return { available: true };
  return { available: false, reason: `still missing after their installation: ${still.join(' ')}` };
}

/** A file that a Debian package provides. */
interface Packaged {
  readonly name: string;
  readonly debianPackage: string;
  /** Its path; undefined if missing. */
  readonly find: () => string | undefined;
}

/**
 * Finds a program, installing its Debian package if missing.
 *
 * @returns its path
 * @throws ClusterError if it cannot be installed; ClusterAborted
 */
export function requireProgram(
  cache: Cache,
  { program, debianPackage }: { readonly program: string; readonly debianPackage: string },
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const find = () => findOnPath(program, [process.env['PATH'] ?? '', ...systemDirectories].join(':'));
  return requirePackaged(cache, { name: program, debianPackage, find }, progress, signal);
}

/** Finds a shared library as {@link requireProgram} finds a program. */
export function requireLibrary(
  cache: Cache,
  { library, debianPackage }: { readonly library: string; readonly debianPackage: string },
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const find = () => globSync(`/usr/lib/{,*/}${library}`).at(0);
  return requirePackaged(cache, { name: library, debianPackage, find }, progress, signal);
}

async function requirePackaged(
  cache: Cache,
  { name, debianPackage, find }: Packaged,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const found = find();
  if (found !== undefined) return found;
  return withLock(cache, 'packages', { signal }, async () => {
    const obstacle = find() === undefined ? await aptInstall([debianPackage], progress, signal) : undefined;
    const installed = find();
    if (installed === undefined)
      throw new ClusterError(`${name} is missing: ${obstacle ?? 'its installation did not help'}`);
    return installed;
  });
}

/** Installs Debian packages; returns why that failed, as a sentence. */
async function aptInstall(
  names: readonly string[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const list = names.join(' ');
  const aptGet = findOnPath('apt-get');
  if (!aptGet) return `these packages (by their Debian names) are missing: ${list}`;
  const started = performance.now();
  progress(`Installing Debian packages: ${list}`);
  const stop = showElapsed(progress, (elapsed) => `Installing ${list} … ${elapsed}`);
  try {
    // A failed update (of one of several repositories) may not matter; the installation shows.
    await runApt(aptGet, ['update'], signal).catch((error: unknown) => {
      if (error instanceof ClusterAborted) throw error;
      progress(`apt-get update: ${messageOf(error)}`);
    });
    await runApt(aptGet, ['install', '--yes', '--no-install-recommends', ...names], signal);
    progress(`Installed ${list} in ${elapsedSince(started)}`);
    return undefined;
  } catch (error) {
    if (error instanceof ClusterAborted) throw error;
    return `${list} could not be installed: ${messageOf(error)}`;
  } finally {
    stop();
  }
}

async function runApt(aptGet: string, args: readonly string[], signal?: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Interrupted, not killed: apt-get stops a download immediately, but lets dpkg finish.
  const result = await runCommand(aptGet, args, { env, signal, onAbort: 'interrupt-command' });
  if (result.code === 0) return;
  const lines = `${result.stdout}\n${result.stderr}`.split('\n');
  throw new Error(lines.findLast((line) => /^E: /.test(line)) ?? `apt-get ended with exit code ${result.code}`);
}
