import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cache } from './cache.ts';
import { findOnPath, isExecutable, runCommand } from './command.ts';
import { ClusterAborted, ClusterError, messageOf } from './errors.ts';
import { withLock } from './lock.ts';
import { elapsedSince, showElapsed, showWaiting, type Progress } from './progress.ts';
import type { PodSupport } from './record.ts';

/** Programs of the machine that real pods need; what is missing is undefined. */
export interface Packages {
  readonly containerd: string | undefined;
  readonly runc: string | undefined;
  /** Directory of the CNI plugins. */
  readonly cni: string | undefined;
  readonly iptables: string | undefined;
  /** A busybox that needs no libraries, for the step image. */
  readonly busybox: string | undefined;
}

/** The Debian package that brings each of them. */
const debianPackages: Readonly<Record<keyof Packages, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  cni: 'containernetworking-plugins',
  iptables: 'iptables',
  busybox: 'busybox-static',
};

const systemDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Looks for the programs, also where a user's PATH does not lead (`/usr/sbin`). */
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

/** The Debian packages that are missing. */
export function missingPackages(found: Packages): string[] {
  const names: readonly (keyof Packages)[] = ['containerd', 'runc', 'cni', 'iptables', 'busybox'];
  return names.filter((name) => found[name] === undefined).map((name) => debianPackages[name]);
}

/** Whether an ELF program names no interpreter, and so starts in an image that has no libraries. */
function isStatic(file: string): boolean {
  if (!existsSync(file)) return false;
  return !readFileSync(file).subarray(0, 4096).includes('/ld-');
}

/**
 * Makes sure that pods can run: Linux, root, and the packages, which are installed if this may be done here.
 *
 * @returns why not, as a sentence, where they cannot; that is not an error
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
  if (process.getuid?.() !== 0) return 'containers need root, and this is an ordinary user';
  return undefined;
}

async function installPackages(missing: string[], progress: Progress, signal?: AbortSignal): Promise<PodSupport> {
  const obstacle = await aptInstall(missing, progress, signal);
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const still = missingPackages(findPackages());
  if (still.length === 0) return { available: true };
  return { available: false, reason: `still missing after their installation: ${still.join(' ')}` };
}

/** Something of the machine that a Debian package brings. */
interface Packaged {
  readonly name: string;
  readonly debianPackage: string;
  /** Its path; undefined when it is missing. */
  readonly find: () => string | undefined;
}

/**
 * Finds a program of the machine, after the installation of its Debian package where it is missing.
 *
 * @returns its path
 * @throws ClusterError when it can not be installed here; ClusterAborted
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

/** Finds a shared library of the machine as {@link requireProgram} finds a program. */
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
      throw new ClusterError(`${name} is missing: ${obstacle ?? 'it was installed in vain'}`);
    return installed;
  });
}

/** Installs Debian packages; why not, as a sentence, where that can not be done. */
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
    // An update that fails (one repository of several does not answer) does not have to matter; the installation tells.
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
  // Interrupted, not killed: apt-get ends a download at once, but lets dpkg finish what it has begun.
  const result = await runCommand(aptGet, args, { env, signal, onAbort: 'interrupt-command' });
  if (result.code === 0) return;
  const lines = `${result.stdout}\n${result.stderr}`.split('\n');
  throw new Error(lines.findLast((line) => /^E: /.test(line)) ?? `apt-get ended with exit code ${result.code}`);
}
