import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { subdirectories } from './cache.ts';
import { codeOf, messageOf } from './errors.ts';

/** The directories where cgroups are mounted: one a controller with version 1, one in all with version 2. */
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

/** Makes a cgroup of this name at the top of every hierarchy; the kubelet wants its root to be there. */
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
      throw new Error(`a cgroup could not be made: ${messageOf(error)}`, { cause: error });
  }
}

/** With version 2 a cgroup has only the controllers that the one above hands down; the kubelet wants all there are. */
function enableControllers(mount: string): void {
  for (const controller of readWords(join(mount, 'cgroup.controllers'))) {
    try {
      writeFileSync(join(mount, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // In a container this may not be ours to change. If the kubelet cannot do without, it says so.
    }
  }
}

/** The words of a file; none where there is no such file, as with version 1. */
function readWords(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split(/\s+/).filter(Boolean) : [];
}

/** Removes a cgroup and all below it from every hierarchy. Its processes must have been ended. */
export async function removeCgroups(name: string): Promise<void> {
  for (const mount of cgroupMounts()) {
    const directory = join(mount, name);
    // The kernel takes a moment to let go of a process that has just ended.
    for (let attempt = 0; !removeTree(directory) && attempt < 100; attempt += 1) await delay(20);
  }
}

/** Removes cgroups from the leaves up; false when one of them is still in use. */
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

/** The cgroups of this name that exist. */
export function findCgroups(name: string): string[] {
  return cgroupMounts()
    .filter((mount) => subdirectories(mount).includes(name))
    .map((mount) => join(mount, name));
}
