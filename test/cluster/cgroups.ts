import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { subdirectories } from './cache.ts';
import { codeOf, messageOf } from './errors.ts';

/** Mount points of cgroups: one per controller with version 1, one in all with version 2. */
export function cgroupMounts(mountInfo: string = readMountInfo()): string[] {
  return mountInfo.split('\n').flatMap((line) => {
    // proc_pid_mountinfo(5): the mount point is the fifth field, the type the first one after the separator.
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    return mountPoint && /^cgroup2? /.test(after) ? [mountPoint] : [];
  });
}

function readMountInfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Creates a cgroup of this name at the root of each hierarchy, where the kubelet needs it. */
export function makeCgroups(name: string): void {
  for (const mount of cgroupMounts()) {
    enableControllers(mount);
    makeDirectory(join(mount, name));
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new Error(`a cgroup could not be created: ${messageOf(error)}`, { cause: error });
  }
}

/** With version 2 a cgroup has only the controllers that its parent enables; the kubelet needs all. */
function enableControllers(mount: string): void {
  for (const controller of readWords(join(mount, 'cgroup.controllers'))) {
    try {
      writeFileSync(join(mount, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // May not be permitted in a container; if the kubelet needs it, it reports that.
    }
  }
}

/** The words of a file; none if it does not exist, as with version 1. */
function readWords(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split(/\s+/).filter(Boolean) : [];
}

/** Removes a cgroup with its descendants from each hierarchy. Its processes must have exited. */
export async function removeCgroups(name: string): Promise<void> {
  for (const mount of cgroupMounts()) {
    const directory = join(mount, name);
    // The kernel takes a moment to release an exited process.
    for (let attempt = 0; !removeTree(directory) && attempt < 100; attempt += 1) await delay(20);
  }
}

/** Removes cgroups from the leaves up; false if one is still in use. */
function removeTree(directory: string): boolean {
  const children = subdirectories(directory).map((name) => removeTree(join(directory, name)));
  if (children.includes(false)) return false;
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

/** Existing cgroups of this name. */
export function findCgroups(name: string): string[] {
  return cgroupMounts()
    .filter((mount) => subdirectories(mount).includes(name))
    .map((mount) => join(mount, name));
}
