import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { ClusterError } from '../cluster/errors.ts';

/** How npm inside a build reaches the packages: as npm on this machine does. */
export interface NpmAccess {
  /** Secrets of the build by their ids, as paths of files: see the Dockerfile. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Directory of what npm has downloaded already. */
  readonly cache: string;
}

/** Where the Dockerfile finds the certificate authorities. */
const authoritiesInBuild = '/run/secrets/npm-ca';
/** Settings of this machine's that mean nothing, or something else, inside a build. */
const ofThisMachine = /^\s*(cafile|cache|prefix|nodedir|userconfig|globalconfig)\s*=/;

/**
 * Takes npm's configuration of this machine (its registry, what it authenticates with, the authorities that it trusts)
 * into files that a build gets as secrets.
 *
 * @param directory where they go; they are readable by their owner only
 */
export async function npmAccess(directory: string): Promise<NpmAccess> {
  const setting = async (name: string) => (await npm('config', 'get', name)).trim();
  const userconfig = await setting('userconfig');
  const cafile = process.env['NODE_EXTRA_CA_CERTS'] ?? (await setting('cafile'));
  const authorities: Readonly<Record<string, string>> = existsSync(cafile) ? { 'npm-ca': cafile } : {};
  const npmrc = join(directory, 'npmrc');
  const lines = [
    ...userSettings(existsSync(userconfig) ? readFileSync(userconfig, 'utf8') : ''),
    `registry=${await setting('registry')}`,
    ...('npm-ca' in authorities ? [`cafile=${authoritiesInBuild}`] : []),
  ];
  await writeFile(npmrc, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { secrets: { npmrc, ...authorities }, cache: await setting('cache') };
}

/** The lines of an npmrc that hold inside a build as well. */
export function userSettings(npmrc: string): string[] {
  return npmrc.split('\n').filter((line) => line.trim() !== '' && !ofThisMachine.test(line));
}

async function npm(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand('npm', args);
  if (code !== 0) throw new ClusterError(`npm ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
