import { readFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from '../../cluster/command.ts';
import { pythonCommands } from '../../support/python.ts';

/** The languages in which clients are generated; each has a directory with its programs and its pinned packages. */
export type Language = 'go' | 'python' | 'typescript';

const directoryOf = (language: Language): string => join(import.meta.dirname, language);

/** Copies the programs and the pinned versions of a language, next to which clients are generated. */
export async function copyPrograms(language: Language, parent: string): Promise<string> {
  const directory = join(parent, language);
  await cp(directoryOf(language), directory, { recursive: true });
  await mkdir(join(directory, 'generated'));
  return directory;
}

/** Installs what python/requirements.txt pins; the directory of its commands. */
export function pythonTools(): Promise<string> {
  const lines = readFileSync(join(directoryOf('python'), 'requirements.txt'), 'utf8').split('\n');
  return pythonCommands(
    'clients',
    lines.filter((line) => line.includes('==')),
  );
}

/** How a tool is run. */
export interface RunOptions {
  readonly cwd: string;
  /** In addition to those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** A directory with further commands that it may call. */
  readonly path?: string;
}

/**
 * Runs a tool.
 *
 * @returns what it printed on stdout
 * @throws Error with everything that it printed, unless it ended with 0
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const PATH = [options.path, process.env['PATH']].filter((part) => part !== undefined).join(delimiter);
  const env = { ...process.env, ...options.env, PATH };
  const { code, stdout, stderr } = await runCommand(command, args, { cwd: options.cwd, env });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
