import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runCommand } from '../../cluster/command.ts';
import { drills } from '../../drill/drills/catalogue.ts';
import type { DrillResult } from '../../drill/run-drill.ts';

const cli = join(import.meta.dirname, '..', '..', 'drill', 'cli.ts');

let results: string;

beforeAll(async () => (results = await mkdtemp(join(tmpdir(), 'workflow-execution-drill-'))));
afterAll(() => rm(results, { recursive: true }));

/** The promises of a drill that were not kept. */
async function broken(name: string): Promise<readonly string[]> {
  const { promises } = JSON.parse(await readFile(join(results, `${name}.json`), 'utf8')) as DrillResult;
  return promises.filter(({ kept }) => !kept).map(({ sentence }) => `${name}: ${sentence}`);
}

it('keeps what is promised in a short form of every drill (npm run drill is the full one)', async () => {
  const signal = AbortSignal.timeout(540_000);
  const { code, stdout, stderr } = await runCommand(process.execPath, [cli, '--quick', '--results', results], {
    signal,
  });
  if (code !== 0) console.error(`${stderr}${stdout}`);

  const kept = await Promise.all(drills.map(({ name }) => broken(name)));
  expect(kept.flat()).toEqual([]);
  expect(code).toBe(0);
}, 600_000);

it('names the drills when it is asked for one that there is not', async () => {
  const { code, stderr } = await runCommand(process.execPath, [cli, 'flood']);

  expect(code).toBe(1);
  expect(stderr).toContain('There is no drill flood.');
  for (const { name } of drills) expect(stderr).toContain(name);
});
