import { join } from 'node:path';
import { runCommand } from '../../cluster/command.ts';
import { isObject, parseJson } from '../../cluster/json.ts';
import type { AttackTarget } from '../attackers/attack.ts';

const program = join(import.meta.dirname, '..', 'attackers', 'main.ts');

/** Job of the attacker process. */
export interface AttackJob {
  readonly family: string;
  readonly seconds: number;
  readonly seed: number;
  readonly target: AttackTarget;
}

/**
 * Runs the attackers of a family.
 *
 * @returns counts of their actions and of the responses
 * @throws Error with their output, if the process itself failed
 */
export async function attackWith(job: AttackJob, signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
  const { code, stdout, stderr } = await runCommand(process.execPath, [program, JSON.stringify(job)], { signal });
  const counts = parseJson(stdout);
  if (code !== 0 || !isObject(counts))
    throw new Error(`the attackers of ${job.family} failed: ${stderr.slice(-2_000)}`);
  return Object.fromEntries(Object.entries(counts).map(([name, times]) => [name, Number(times)]));
}
