import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Cluster } from '../cluster/index.ts';

/**
 * Follows the log of a pod, from its beginning, until a line of it is the one.
 *
 * @param target as kubectl names it, such as `deployment/NAME`
 * @returns that line
 * @throws Error when the log ends, or `signal` aborts, before there is one
 */
export async function lineOfLog(
  { kubectl, kubeconfig }: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  { namespace, target }: { readonly namespace: string; readonly target: string },
  isWanted: (line: string) => boolean,
  signal: AbortSignal,
): Promise<string> {
  const args = ['--kubeconfig', kubeconfig, '-n', namespace, 'logs', '--follow', target];
  const child = spawn(kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of createInterface({ input: child.stdout })) if (isWanted(line)) return line;
    throw new Error(`the log of ${target} has ended without the line that was waited for`);
  } finally {
    signal.removeEventListener('abort', stop);
    child.kill();
  }
}
