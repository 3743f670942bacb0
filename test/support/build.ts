import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { elapsedSince } from '../cluster/progress.ts';
import type { Progress } from '../cluster/progress.ts';

const root = join(import.meta.dirname, '..', '..');

/**
 * Compiles the service into dist/, as `npm run build` does.
 *
 * @throws Error with what the compiler said
 */
export async function buildProduct(options: { progress: Progress; signal: AbortSignal }): Promise<void> {
  const started = performance.now();
  const { code, stdout, stderr } = await runCommand('nest', ['build'], { cwd: root, signal: options.signal });
  if (code !== 0) throw new Error(`nest build failed:\n${stdout}${stderr}`);
  options.progress(`Built the service into dist/ in ${elapsedSince(started)}.`);
}
