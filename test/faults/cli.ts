// Plants each fault in turn and requires that its tests fail: `npm run prove -- faults`. `node test/faults/cli.ts NAME...`
// plants some, by parts of their names.
import { ClusterError } from '../cluster/errors.ts';
import { forEachParallel } from '../support/parallel.ts';
import { runLongCommand, type LongCommand } from '../support/long-command.ts';
import { faults } from './catalogue/index.ts';
import { CheckoutCopy } from './checkout.ts';
import { tierOf, type Fault } from './fault.ts';
import { tableOf, type FaultResult } from './table.ts';

/** Number of checkout copies that run specs concurrently. */
const copies = 2;

await runLongCommand(main);

async function main({ argv, log, signal }: LongCommand): Promise<void> {
  const wanted = select(argv);
  const free: CheckoutCopy[] = [];
  try {
    for (let copy = 0; copy < copies; copy += 1) free.push(await CheckoutCopy.create(signal));
    const [first] = free;
    if (first === undefined) throw new Error('there is no copy of the checkout');
    await assertAllPass(wanted, first, { log, signal });
    const results: FaultResult[] = [];
    await forEachParallel(copies, wanted, async (fault) => {
      const copy = free.pop();
      if (copy === undefined) throw new Error('no copy of the checkout is free');
      const result = await tryOut(fault, copy, signal).finally(() => free.push(copy));
      log(`${result.isCaught ? 'caught' : 'NOT CAUGHT'}: ${fault.name}`);
      if (!result.isCaught) log(result.output);
      results.push(result);
    });
    report(wanted, results);
  } finally {
    for (const copy of free) await copy.remove();
  }
}

/** A failure without a fault would invalidate the results. */
async function assertAllPass(
  wanted: readonly Fault[],
  copy: CheckoutCopy,
  { log, signal }: Pick<LongCommand, 'log' | 'signal'>,
): Promise<void> {
  const specs = [...new Set(wanted.flatMap(({ caughtBy }) => caughtBy))];
  const { passed, failed, notRun, output } = await copy.runSpecs(specs, signal);
  if (failed + notRun > 0) throw new ClusterError(`The specs fail without any fault:\n${output}`);
  log(`${passed} tests of ${specs.length} specs pass without a fault`);
}

async function tryOut(fault: Fault, copy: CheckoutCopy, signal: AbortSignal): Promise<FaultResult> {
  const started = performance.now();
  const { failed, output } = await copy.edited(fault, () => copy.runSpecs(fault.caughtBy, signal));
  const seconds = Math.round((performance.now() - started) / 1000);
  // A file that cannot run does not count: the fault must be a wrong product, not a broken one.
  return { name: fault.name, tier: tierOf(fault), isCaught: failed > 0, failed, seconds, output };
}

function report(wanted: readonly Fault[], results: readonly FaultResult[]): void {
  const inOrder = wanted.flatMap(({ name }) => results.filter((result) => result.name === name));
  const caught = inOrder.filter(({ isCaught }) => isCaught);
  const inTest = caught.filter(({ tier }) => tier === 'npm test');
  console.log(tableOf(inOrder));
  console.log(JSON.stringify({ faults: inOrder.length, caught: caught.length, caughtByNpmTest: inTest.length }));
  if (caught.length < inOrder.length) process.exitCode = 1;
}

function select(parts: readonly string[]): readonly Fault[] {
  if (parts.length === 0) return faults;
  const wanted = faults.filter(({ name }) => parts.some((part) => name.includes(part)));
  if (wanted.length > 0) return wanted;
  throw new ClusterError(`No fault has this name. There are:\n${faults.map(({ name }) => `  ${name}`).join('\n')}`);
}
