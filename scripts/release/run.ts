import { runCommand, type CommandOptions } from '../../test/cluster/command.ts';
import { ReleaseError } from './release-error.ts';

/**
 * Runs a command.
 *
 * @returns its stdout
 * @throws ReleaseError with its stderr; ClusterAborted
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, options);
  if (code !== 0) throw new ReleaseError(`${command} ${args.join(' ')}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}
