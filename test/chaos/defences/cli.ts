// Removes each defence of the service in turn and requires that the chaos checker finds a violation: `npm run prove --
// chaos-defences`. `node test/chaos/defences/cli.ts NAME...` runs some, by parts of their names.
import { join } from 'node:path';
import { ClusterError } from '../../cluster/errors.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { CheckoutCopy } from '../../faults/checkout.ts';
import { runLongCommand, type LongCommand } from '../../support/long-command.ts';
import { applyProduct } from '../../support/product.ts';
import { describeViolation } from '../checker/violation.ts';
import { runChaos } from '../chaos.ts';
import type { ChaosOptions, ChaosResult } from '../chaos.ts';
import { defences, defenceSize } from './defences.ts';
import type { Defence } from './defences.ts';
import { tableOf, type DefenceResult } from './table.ts';

const results = join(import.meta.dirname, '..', '..', '..', 'chaos-results');

/** Milliseconds until executions, and then locks, must have settled; without a defence they may not. */
const settleMs = { executions: 30_000, locks: 0 };

/** Concurrent chaos runs, each in its own copy; they mostly wait. */
const atOnce = 2;

type Tools = Pick<LongCommand, 'log' | 'signal'> & { readonly cluster: Cluster; readonly copy: CheckoutCopy };

await runLongCommand(main);

async function main({ argv, log, signal }: LongCommand): Promise<void> {
  const wanted = select(argv);
  const copies: CheckoutCopy[] = [];
  try {
    while (copies.length < atOnce) copies.push(await CheckoutCopy.create(signal));
    await Promise.all(copies.map((copy) => copy.build(signal)));
    log('Built copies of the service.');
    const cluster = await startCluster({ level: 'pods', ignoreKubeconfig: true, progress: log, signal });
    try {
      await applyProduct(cluster);
      const workers = copies.map((copy) => ({ log, signal, cluster, copy }));
      report(await showAll(wanted, workers));
    } finally {
      await cluster.stop();
    }
  } finally {
    await Promise.all(copies.map((copy) => copy.remove()));
  }
}

/** Runs the defences on free workers; results keep their order. */
async function showAll(wanted: readonly Defence[], workers: readonly Tools[]): Promise<readonly DefenceResult[]> {
  const work = [withAll, ...wanted.map((defence, index) => (tools: Tools) => without(defence, index + 2, tools))];
  const outcomes: DefenceResult[] = [];
  const left = work.entries();
  const workOn = async (tools: Tools): Promise<void> => {
    for (const [index, show] of left) {
      const outcome = await show(tools);
      outcomes[index] = outcome;
      tools.log(`${outcome.result}: ${outcome.name}`);
    }
  };
  const ends = await Promise.allSettled(workers.map(workOn));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outcomes;
}

function report(outcomes: readonly DefenceResult[]): void {
  console.log(tableOf(outcomes));
  const count = (result: DefenceResult['result']) => outcomes.filter((outcome) => outcome.result === result).length;
  const [shown, skipped, failed] = [count('shown'), count('skipped'), count('NOT SHOWN')];
  console.log(JSON.stringify({ defences: outcomes.length - 1, shown, skipped, failed }));
  if (failed > 0) process.exitCode = 1;
}

/** A violation with all defences in place would invalidate the others. */
async function withAll({ cluster, copy, log, signal }: Tools): Promise<DefenceResult> {
  const started = performance.now();
  const size = { ...defenceSize, seed: 1, interferences: 18, pods: 4 };
  const { violations, missed } = await chaos({ size, cluster, copy, log, signal }, 'all');
  const found = violations.map(describeViolation);
  if (found.length + missed.length > 0) throw new ClusterError(['With all defences:', ...found, ...missed].join('\n'));
  return { name: '(all defences)', result: 'clean', rule: 'none', found: 0, others: 0, seconds: secondsSince(started) };
}

async function without(defence: Defence, seed: number, tools: Tools): Promise<DefenceResult> {
  const { name, rule, edit, needsPods, interferenceKinds } = defence;
  const { pods } = tools.cluster;
  if (needsPods === true && !pods.available) {
    tools.log(`${name} is skipped: ${pods.reason}`);
    return { name, result: 'skipped', rule, found: 0, others: 0, seconds: 0 };
  }
  const started = performance.now();
  const size = { ...defenceSize, ...defence.size, interferenceKinds, seed };
  const { violations } = await tools.copy.edited({ name, ...edit }, async () => {
    await tools.copy.build(tools.signal);
    return chaos({ ...tools, size, settings: defence.settings, settleMs }, String(seed));
  });
  const found = violations.filter((violation) => violation.rule === rule);
  for (const violation of found.slice(0, 1)) tools.log(describeViolation(violation));
  const others = violations.length - found.length;
  const result = found.length > 0 ? 'shown' : 'NOT SHOWN';
  return { name, result, rule, found: found.length, others, seconds: secondsSince(started) };
}

function chaos(
  {
    size,
    cluster,
    copy,
    settings,
    settleMs: settleTime,
    signal,
  }: Tools & Pick<ChaosOptions, 'size' | 'settings' | 'settleMs'>,
  name: string,
): Promise<ChaosResult> {
  const directory = join(results, `defences-${name}`);
  const product = copy.directory;
  const log = (): void => undefined;
  return runChaos({ size, cluster, shared: true, directory, settings, product, settleMs: settleTime, log, signal });
}

function secondsSince(started: number): number {
  return Math.round((performance.now() - started) / 1000);
}

function select(parts: readonly string[]): readonly Defence[] {
  if (parts.length === 0) return defences;
  const wanted = defences.filter(({ name }) => parts.some((part) => name.includes(part)));
  if (wanted.length > 0) return wanted;
  throw new ClusterError(`No defence has this name. There are:\n${defences.map(({ name }) => `  ${name}`).join('\n')}`);
}
