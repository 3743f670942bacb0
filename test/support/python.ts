import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCache, shortHash } from '../cluster/cache.ts';
import { runCommand } from '../cluster/command.ts';
import { withLock } from '../cluster/lock.ts';

/**
 * Installs packages from PyPI into a cached virtual environment.
 *
 * @param requirements pinned packages: `sslyze==6.3.1`
 * @returns the directory of their commands
 * @throws Error with pip's message
 */
export async function pythonCommands(name: string, requirements: readonly string[]): Promise<string> {
  const cache = findCache();
  const directory = join(cache.root, 'python', `${name}-${shortHash(requirements.join('\n'))}`);
  const complete = join(directory, 'complete');
  await withLock(cache, `python-${name}`, {}, async () => {
    if (existsSync(complete)) return;
    mkdirSync(directory, { recursive: true });
    await run('python3', ['-m', 'venv', '--clear', directory]);
    await run(join(directory, 'bin', 'pip'), ['install', '--quiet', ...requirements]);
    writeFileSync(complete, '');
  });
  return join(directory, 'bin');
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}
