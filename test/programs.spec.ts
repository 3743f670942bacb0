import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');

/** The programs that Node.js runs without a build; it cannot run all of TypeScript, such as the parameter properties of src. */
const programs = [...globSync('test/*/cli.ts', { cwd: root }), 'bench/bench.ts', 'scripts/release/release.ts'];

it.each(programs)('%s can be loaded, and refuses an unknown option', (program) => {
  const { status, stderr } = spawnSync(process.execPath, [program, '--no-such-option'], {
    cwd: root,
    encoding: 'utf8',
  });

  expect(stderr).toMatch(/^error: /);
  expect(status).toBe(1);
});
