import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { elapsedSince } from '../cluster/progress.ts';
import type { Progress } from '../cluster/progress.ts';

const root = join(import.meta.dirname, '..', '..');
/** Records from which sources dist/ was compiled. */
const stamp = join(root, 'dist', '.built-from');

/**
 * Compiles the service into dist/ as `npm run build` does, unless it is up to date.
 *
 * @throws Error with the compiler's output
 */
export async function buildProduct(options: { progress: Progress; signal: AbortSignal }): Promise<void> {
  const sources = hashOfSources();
  if (readIfThere(stamp) === sources) return options.progress('dist/ is up to date.');
  const started = performance.now();
  const { code, stdout, stderr } = await runCommand('nest', ['build'], { cwd: root, signal: options.signal });
  if (code !== 0) throw new Error(`nest build failed:\n${stdout}${stderr}`);
  writeFileSync(stamp, sources);
  options.progress(`Built the service into dist/ in ${elapsedSince(started)}.`);
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  const files = sources.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];
  for (const file of [...files.toSorted(), ...settings.map((name) => join(root, name))]) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
