import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';

/** Access to npm packages inside of a build, as on this machine. */
export interface NpmAccess {
  /** Secret files by id; see the Dockerfile. */
  readonly secrets: Readonly<Record<string, string>>;
  /** npm's download cache. */
  readonly cache: string;
}

/** Path of the CA file inside of the build. */
const authoritiesInBuild = '/run/secrets/npm-ca';
/** Settings that are invalid inside of a build. */
const ofThisMachine = /^\s*(cafile|cache|prefix|nodedir|userconfig|globalconfig)\s*=/;

/**
 * Copies this machine's npm configuration (registry, credentials, CAs) into secret files for a build.
 *
 * @param directory where they go; readable by their owner only
 */
export async function npmAccess(directory: string): Promise<NpmAccess> {
  const setting = async (name: string) => (await run('npm', ['config', 'get', name])).trim();
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

/** The lines of an npmrc that are valid inside of a build. */
export function userSettings(npmrc: string): string[] {
  return npmrc.split('\n').filter((line) => line.trim() !== '' && !ofThisMachine.test(line));
}
