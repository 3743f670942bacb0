// Benchmarks the service against the API server's ceiling: `npm run bench`. See docs/performance.md and bench/README.md.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError, type Cluster } from '../test/cluster/index.ts';
import { buildProduct } from '../test/support/build.ts';
import { runLongCommand, type LongCommand } from '../test/support/long-command.ts';
import { benches } from './catalogue.ts';
import type { Bench } from './harness/bench.ts';
import { startBenchCluster } from './harness/cluster.ts';
import { BenchContext, type RunOptions } from './harness/context.ts';
import { meetsAims, reportOf } from './harness/report.ts';
import { resultOf, resultsDirectory, storeResult } from './harness/results.ts';

const usage = `usage: npm run bench -- [--quick] [--only NAME[,NAME…]] [--profile] [--results DIRECTORY]

${benches.map(({ name, what }) => `  ${name.padEnd(12)} ${what}`).join('\n')}

  --quick              short forms, which test mostly the benches themselves; results are not kept
  --only NAME,NAME     only these; default: all
  --profile            write CPU profiles of the service to bench-results/NAME/, which worsens the figures a little
  --results DIRECTORY  results directory; default: bench/results, with --quick bench-results`;

const scratch = join(import.meta.dirname, '..', 'bench-results');

await runLongCommand(main);

async function main({ argv, progress, signal }: LongCommand): Promise<void> {
  const { only, quick, profile, results } = readOptions(argv);
  const chosen = only === undefined ? benches : only.split(',').map(benchOf);
  rmSync(scratch, { recursive: true, force: true });
  await buildProduct({ progress, signal });
  const options: RunOptions = { quick, profile, directory: scratch, progress, signal };
  const directory = results ?? (quick ? scratch : resultsDirectory);
  for (const group of groupsOf(chosen)) await onCluster(group, options, directory);
}

/** Runs benches on one cluster, which is removed afterwards. */
async function onCluster(group: readonly [Bench, ...Bench[]], options: RunOptions, directory: string): Promise<void> {
  const cluster: Cluster = await startBenchCluster(group[0].cluster, options);
  try {
    for (const bench of group) await measure(bench, cluster, options, directory);
  } finally {
    await cluster.stop();
  }
}

async function measure(bench: Bench, cluster: Cluster, options: RunOptions, directory: string): Promise<void> {
  const began = performance.now();
  const context = new BenchContext(bench.name, cluster, options);
  const measured = await bench.run(context).finally(() => context.close());
  const seconds = Math.round((performance.now() - began) / 1_000);
  const result = resultOf(bench, measured, { quick: options.quick, seconds });
  await storeResult(result, directory);
  options.progress(`${bench.name}: measured in ${seconds} s`);
  console.log(reportOf(result));
  if (!meetsAims(result)) process.exitCode = 1;
}

/** Groups benches that share a cluster; the others are groups of their own. */
function groupsOf(chosen: readonly Bench[]): readonly (readonly [Bench, ...Bench[]])[] {
  const [first, ...others] = chosen.filter(({ cluster }) => cluster === 'shared');
  const alone = chosen.filter(({ cluster }) => cluster !== 'shared').map((bench) => [bench] as const);
  return first === undefined ? alone : [[first, ...others], ...alone];
}

function readOptions(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { quick: flag, profile: flag, only: text, results: text } }).values;
  } catch (error) {
    throw new ClusterError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function benchOf(name: string): Bench {
  const bench = benches.find((one) => one.name === name);
  if (bench === undefined) throw new ClusterError(`There is no bench ${name}.\n\n${usage}`);
  return bench;
}
