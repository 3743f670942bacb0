import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupMounts, removeCgroups } from '../../cluster/cgroups.ts';

/** A limit of the memory of one process. */
export interface MemoryLimit {
  /** The command in front of that of the process. */
  readonly wrapper: readonly string[];
  /** To be called when the process has ended. */
  readonly remove: () => Promise<void>;
}

/** The file that limits the memory of a cgroup, of version 1 and of version 2. */
const limitFiles = ['memory.limit_in_bytes', 'memory.max'];

/**
 * Makes a cgroup whose processes have so much memory, as the kubelet does for a container: Node.js bounds its heap by it,
 * and the kernel ends a process that takes more.
 *
 * @returns undefined where cgroups cannot be made, as without root
 */
export function limitMemory(name: string, bytes: number): MemoryLimit | undefined {
  for (const mount of cgroupMounts()) {
    const directory = join(mount, name);
    try {
      mkdirSync(directory);
      const file = limitFiles.map((one) => join(directory, one)).find((path) => existsSync(path));
      if (file === undefined) continue;
      writeFileSync(file, String(bytes));
      const enter = `echo $$ > ${join(directory, 'cgroup.procs')} && exec "$@"`;
      return { wrapper: ['sh', '-c', enter, 'sh'], remove: () => removeCgroups(name) };
    } catch {
      // Not this hierarchy, or not ours to change.
    }
  }
  return undefined;
}
