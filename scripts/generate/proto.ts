import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const target = 'src/execution/generated';

/**
 * Runs buf with the plugins of buf.gen.yaml over proto/; it needs no network.
 *
 * @returns the files it wrote, by their path in the repository
 */
export function generateProto(): Record<string, string> {
  const out = mkdtempSync(join(tmpdir(), 'wfe-proto-'));
  try {
    execFileSync(join(root, 'node_modules', '.bin', 'buf'), ['generate', '--output', out], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const paths = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    return Object.fromEntries(paths.sort().map((path) => [`${target}/${path}`, contentOf(out, path)]));
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Comments of the well-known types are Google's text, and long; https://protobuf.dev has them. */
function contentOf(out: string, path: string): string {
  const content = readFileSync(join(out, path), 'utf8');
  return path.startsWith('google/protobuf')
    ? content.replaceAll(/^ *\/\*\*\n(?: *\*.*\n)+?(?<=\*\/\n)/gm, '')
    : content;
}
