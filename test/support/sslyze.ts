import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findCache } from '../cluster/cache.ts';
import { runCommand } from '../cluster/command.ts';

const version = '6.3.1';

/** What sslyze (https://github.com/nabla-c0d3/sslyze) says of the ports of a server. */
export interface TlsReport {
  /** Whether all ports comply with the profile. */
  readonly complies: boolean;
  /** What it has printed. */
  readonly text: string;
}

/**
 * Checks TLS ports of 127.0.0.1 against Mozilla's intermediate profile.
 *
 * @param caFile PEM file with the CA of their certificates
 */
export async function checkIntermediateProfile(ports: readonly number[], caFile: string): Promise<TlsReport> {
  const targets = ports.map((port) => `127.0.0.1:${port}`);
  const options = ['--mozilla_config=intermediate', `--certinfo_ca_file=${caFile}`];
  const { code, stdout, stderr } = await runCommand(await sslyze(), [...options, ...targets]);
  return { complies: code === 0, text: `${stdout}${stderr}` };
}

/** Installs it from PyPI into the cache, where it is not there yet; the path of the command. */
async function sslyze(): Promise<string> {
  const directory = join(findCache().root, 'python', `sslyze-${version}`);
  const command = join(directory, 'bin', 'sslyze');
  if (existsSync(command)) return command;
  mkdirSync(directory, { recursive: true });
  await run('python3', ['-m', 'venv', directory]);
  await run(join(directory, 'bin', 'pip'), ['install', '--quiet', `sslyze==${version}`]);
  return command;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}
