import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupMounts, removeCgroups } from '../../cluster/cgroups.ts';

/** A memory limit for one process. */
export interface MemoryLimit {
  /** Command prefix of the process. */
  readonly wrapper: readonly string[];
  /** Call after the process has exited. */
  readonly remove: () => Promise<void>;
}

/** Memory limit files of cgroup v1 and v2. */
const limitFiles = ['memory.limit_in_bytes', 'memory.max'];

/**
 * Creates a cgroup with this memory limit, as the kubelet does for a container: Node.js sizes its heap by it, and the kernel
 * kills a process that exceeds it.
 *
 * @returns undefined where cgroups cannot be created, as without root
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
      // Another hierarchy, or not permitted.
    }
  }
  return undefined;
}
