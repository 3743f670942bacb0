// Attacks the service on all ports and checks that it keeps working (docs/operations.md#connections): `npm run prove --
// attack`.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster/errors.ts';
import { startCluster } from '../cluster/index.ts';
import { buildProduct } from '../support/build.ts';
import { runLongCommand, type LongCommand } from '../support/long-command.ts';
import { applyProduct } from '../support/product.ts';
import { families, familyOf, type Family } from './families.ts';
import { residentMiB } from './harness/processes.ts';
import { openFixture, type Roles, type FixtureOptions } from './harness/fixture.ts';
import { attackersOf, reportOf } from './report.ts';
import { inputsReport, inputViolations, measureInputs } from './single-inputs.ts';
import { limits, memoryGrowth, runFamily, violationsOf, type FamilyFigures } from './run-attack.ts';

const usage = `usage: node test/attack/cli.ts [FAMILY...] [--seed NUMBER] [--one-process] [--inputs]

${families.map(({ name, description }) => `  ${name.padEnd(20)} ${description}`).join('\n')}

  --seed NUMBER   repeats a run
  --one-process   attack only a process with both roles
  --inputs        only send the worst single inputs, one at a time

Without a FAMILY: the worst single inputs and all families on separate API and controller processes, then some families on a
process with both roles.`;

const root = join(import.meta.dirname, '..', '..');

await runLongCommand(main);

async function main({ argv, log, signal }: LongCommand): Promise<void> {
  const { values, positionals } = readOptions(argv);
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  const named = positionals.map(familyOf);
  log(`seed ${seed}`);
  await buildProduct({ progress: log, signal });
  const cluster = await startCluster({ level: 'tekton', ignoreKubeconfig: true, progress: log, signal });
  try {
    await applyProduct(cluster);
    const run = (roles: Roles, chosen: readonly Family[]) => {
      const directory = join(root, 'prove-results', 'attack', roles.replace(' ', '-'));
      const inputs = roles === 'two processes' && named.length === 0;
      return attackAll({ roles, cluster, directory, signal }, chosen, { seed, inputs, log });
    };
    const wanted = named.length > 0 || values.inputs ? named : families;
    const violations = values['one-process'] ? [] : await run('two processes', wanted);
    const onBoth = families.filter(({ onBothRoles = false }) => onBothRoles);
    if (values['one-process'] || wanted === families) {
      violations.push(...(await run('one process', named.length > 0 ? named : onBoth)));
    }
    for (const sentence of violations) console.log(`✗ ${sentence}`);
    if (violations.length > 0) process.exitCode = 1;
  } finally {
    await cluster.stop();
  }
}

/** Runs families one after the other on one fixture; returns the violations. */
async function attackAll(
  options: FixtureOptions,
  wanted: readonly Family[],
  { seed, inputs, log }: { readonly seed: number; readonly inputs: boolean; readonly log: (line: string) => void },
): Promise<string[]> {
  const { signal, roles } = options;
  const fixture = await openFixture(options);
  const all: FamilyFigures[] = [];
  const violations: string[] = [];
  try {
    if (inputs) {
      const figures = await measureInputs(fixture, signal);
      console.log(inputsReport(figures));
      violations.push(...inputViolations(figures));
    }
    // Memory is compared only after first calls have allocated what they keep.
    all.push(await runFamily({ name: 'nothing', seconds: 12 }, fixture, { seed, signal }));
    const before = fixture.processes.map(({ service }) => residentMiB(service.pid).now);
    for (const family of wanted) {
      const figures = await runFamily(family, fixture, { seed, signal });
      all.push(figures);
      log(attackersOf(figures));
      violations.push(...violationsOf(figures));
      if (figures.processes.some(({ ended }) => ended !== undefined)) break;
    }
    console.log(reportOf(roles, all));
    for (const [at, { name, service }] of fixture.processes.entries()) {
      const left = await memoryGrowth(service.pid, before[at] ?? 0, signal);
      console.log(`${name}: ${before[at]?.toFixed(0)} MiB before, ${left.toFixed(0)} MiB more afterwards`);
      if (left > limits.leftMiB) violations.push(`${roles}: ${name} did not release ${left.toFixed(0)} MiB`);
    }
  } finally {
    await fixture.close();
  }
  for (const { name, ended } of fixture.processes) {
    if (ended() === 'SIGKILL') violations.push(`${roles}: ${name} did not exit after SIGTERM`);
  }
  return violations;
}

function readOptions(args: readonly string[]) {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const options = { seed: { type: 'string' }, 'one-process': flag, inputs: flag } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ClusterError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
