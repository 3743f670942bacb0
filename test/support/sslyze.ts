import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { pythonCommands } from './python.ts';

const version = '6.3.1';

/** The result of sslyze (https://github.com/nabla-c0d3/sslyze). */
export interface TlsReport {
  /** Whether all ports comply with the profile. */
  readonly complies: boolean;
  /** Its output. */
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
  const sslyze = join(await pythonCommands('sslyze', [`sslyze==${version}`]), 'sslyze');
  const { code, stdout, stderr } = await runCommand(sslyze, [...options, ...targets]);
  return { complies: code === 0, text: `${stdout}${stderr}` };
}
