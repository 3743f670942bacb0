// A chaos run on its own cluster: `npm run chaos`. See README.md.
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster/errors.ts';
import { startCluster, type Progress } from '../cluster/index.ts';
import { buildProduct } from '../support/build.ts';
import { runLongCommand, type LongCommand } from '../support/long-command.ts';
import { applyProduct } from '../support/product.ts';
import { check } from './checker/check.ts';
import { describeViolation } from './checker/violation.ts';
import type { Violation } from './checker/violation.ts';
import { parseHistory } from './history/change.ts';
import { fullSize, quickSize, smallSize } from './plan/options.ts';
import type { ChaosSize } from './plan/options.ts';
import { runChaos } from './chaos.ts';
import type { ChaosResult } from './chaos.ts';

const usage = `usage: npm run chaos -- [OPTION...]

  --seed N            seed of the plan; default: random, and printed
  --executions N      executions to create (${fullSize.executions})
  --targets N         target resources (${fullSize.targets})
  --namespaces N      namespaces of the executions (${fullSize.namespaces})
  --kills N           replicas to kill (${fullSize.kills})
  --freezes N         leaders to freeze for longer than their lease (${fullSize.freezes})
  --api-restarts N    restarts of the API server (${fullSize.apiServerRestarts})
  --interferences N   interferences by an administrator (${fullSize.interferences})
  --pods N            executions with a pod, where pods can run (${fullSize.pods})
  --minutes N         minutes in which all actions start (${fullSize.seconds / 60})
  --quick             all of it in ${quickSize.seconds / 60} minutes
  --small             a run of one minute
  --set NAME=VALUE    a setting (WFE_…) of the service; may be repeated
  --broken-lock       break the lock; the checker must find the consequences
  --check FILE        only check a recorded history`;

/** Violations of each rule that are printed in full. */
const printedInFull = 5;
/** Outside test-results, which each test run empties. */
const results = join(import.meta.dirname, '..', '..', 'chaos-results');

await runLongCommand(main);

async function main({ argv, progress, log, signal }: LongCommand): Promise<void> {
  const options = readOptions(argv);
  if (options.check !== undefined) return checkFile(options.check, progress);
  const size = sizeOf(options);
  const settings = settingsOf(options.set ?? []);
  log(`Chaos run with seed ${size.seed}: ${JSON.stringify(size)}`);
  await buildProduct({ progress: log, signal });
  const cluster = await startCluster({
    level: size.pods > 0 ? 'pods' : 'tekton',
    ignoreKubeconfig: true,
    progress: log,
    signal,
  });
  try {
    await applyProduct(cluster);
    const directory = join(results, String(size.seed));
    const brokenLock = options['broken-lock'];
    report(await runChaos({ size, cluster, directory, settings, brokenLock, log, signal }), progress);
  } finally {
    await cluster.stop();
  }
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const amounts = {
    executions: text,
    targets: text,
    namespaces: text,
    kills: text,
    freezes: text,
    'api-restarts': text,
    interferences: text,
    pods: text,
  };
  const settings = { set: { type: 'string', multiple: true } } as const;
  const options = {
    ...amounts,
    ...settings,
    seed: text,
    minutes: text,
    check: text,
    quick: flag,
    small: flag,
    'broken-lock': flag,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ClusterError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function sizeOf(options: ReturnType<typeof readOptions>): ChaosSize {
  const base = options.small ? smallSize : options.quick ? quickSize : fullSize;
  return {
    ...base,
    seed: amount('seed', options.seed, randomInt(2 ** 32)),
    executions: amount('executions', options.executions, base.executions, 1),
    targets: amount('targets', options.targets, base.targets, 1),
    namespaces: amount('namespaces', options.namespaces, base.namespaces, 1),
    kills: amount('kills', options.kills, base.kills),
    freezes: amount('freezes', options.freezes, base.freezes),
    apiServerRestarts: amount('api-restarts', options['api-restarts'], base.apiServerRestarts),
    interferences: amount('interferences', options.interferences, base.interferences),
    pods: amount('pods', options.pods, base.pods),
    seconds: amount('minutes', options.minutes, base.seconds / 60, 1 / 60) * 60,
  };
}

function settingsOf(assignments: readonly string[]): Record<string, string> {
  const pairs = assignments.map((assignment) => /^(WFE_[A-Z_]+)=(.*)$/.exec(assignment)?.slice(1) ?? [assignment]);
  const broken = pairs.find(({ length }) => length !== 2);
  if (broken !== undefined) throw new ClusterError(`--set is '${broken[0]}' but must be WFE_…=VALUE\n\n${usage}`);
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}

function amount(name: string, text: string | undefined, otherwise: number, least = 0): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  const isWhole = name === 'minutes' || Number.isInteger(value);
  if (text !== '' && isWhole && value >= least && value < 2 ** 32) return value;
  throw new ClusterError(
    `--${name} is '${text}' but must be a ${name === 'minutes' ? '' : 'whole '}number from ${least}\n\n${usage}`,
  );
}

async function checkFile(path: string, progress: Progress): Promise<void> {
  const history = parseHistory(await readFile(path, 'utf8'));
  const violations = check(history);
  printViolations(violations, progress);
  console.log(
    JSON.stringify({ seed: history.premises.seed, watchEvents: history.changes.length, violations: violations.length }),
  );
  process.exitCode = violations.length === 0 ? 0 : 1;
}

function report({ summary, violations, missed, history }: ChaosResult, progress: Progress): void {
  printViolations(violations, progress);
  if (missed.length > 0) progress(['Planned actions that did not happen:', ...missed].join('\n    '));
  progress(`History: ${history}`);
  console.log(JSON.stringify(summary));
  process.exitCode = violations.length === 0 && missed.length === 0 ? 0 : 1;
}

function printViolations(violations: readonly Violation[], progress: Progress): void {
  for (const [rule, broken] of Map.groupBy(violations, (violation) => violation.rule)) {
    for (const violation of broken.slice(0, printedInFull)) progress(describeViolation(violation));
    progress(`${broken.length} violations of: ${rule}\n`);
  }
}
