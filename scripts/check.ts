// All static checks of the sources; exits with code 1 if one fails.
import { spawn } from 'node:child_process';

const checks: readonly (readonly [name: string, command: string, ...arguments_: string[]])[] = [
  ['generated files are fresh', process.execPath, 'scripts/generate/generate.ts', '--check'],
  ['types', 'tsc', '--noEmit', '-p', 'tsconfig.json'],
  ['lint', 'eslint', '--max-warnings=0', '.'],
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
  [
    'imports between the rooms',
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'test',
    'scripts',
    'demo',
    'examples',
    'bench',
  ],
  ['no cycles of folders', 'depcruise', '--config', '.dependency-cruiser.folders.cjs', 'src'],
  ['proto lint', 'buf', 'lint'],
  ['proto changes break no client', 'buf', 'breaking', '--against', 'proto/released.binpb'],
  ['proto format', 'buf', 'format', '--diff', '--exit-code'],
];

let failed = 0;
for (const [name, command, ...arguments_] of checks) {
  const started = Date.now();
  const { code, output } = await run(command, arguments_);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (code === 0) continue;
  failed += 1;
  console.log(output.replace(/^/gm, '    '));
}
console.log(failed === 0 ? 'All checks hold.' : `${failed} of ${checks.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

function run(command: string, arguments_: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, arguments_, { cwd: `${import.meta.dirname}/..`, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
