import { spawnSync } from 'node:child_process';

/**
 * Runs a module in a process of its own, where nothing else was loaded and nobody else uses memory; returns what it prints.
 *
 * @param flags for node
 */
export function printedBy(program: string, flags: readonly string[] = []): string {
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  return `${stdout}${stderr}`;
}
