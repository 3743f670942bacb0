import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cluster } from '../test/cluster/index.ts';
import { silent } from '../test/cluster/index.ts';
import { contention } from './benches/contention.ts';
import { cost } from './benches/cost.ts';
import { simulation } from './benches/simulation.ts';
import { startBenchCluster } from './harness/cluster.ts';
import { BenchContext, type RunOptions } from './harness/context.ts';
import type { Figure } from './harness/figure.ts';
import { reportOf } from './harness/report.ts';
import { resultOf } from './harness/results.ts';

const directory = join(import.meta.dirname, '..', 'test-results', 'short-forms');
jest.setTimeout(300_000);

// Those that have something to say that no machine is too slow for. All the others: npm run bench -- --quick.
describe('the short form of the bench', () => {
  const options: RunOptions = {
    ...{ quick: true, profile: false, directory, progress: silent },
    signal: AbortSignal.timeout(900_000),
  };
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startBenchCluster('shared', options);
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it.each([cost, contention, simulation])(
    '$name comes to figures, and all that have to be exact are',
    async (bench) => {
      const context = new BenchContext(bench.name, { cluster }, options);
      const measured = await bench.run(context).finally(() => context.close());
      const { figures, plots = [] } = measured;

      expect(figures.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
      expect(plots.flatMap(({ series }) => series).filter(({ points }) => points.length === 0)).toEqual([]);
      expect(figures.filter(isMissedNumber)).toEqual([]);
      expect(reportOf(resultOf(bench, measured, { quick: true, seconds: 1 }))).toContain(figures[0]?.name);
    },
  );
});

/** Whether a figure had to be exactly one number, and is another: the text of such an aim is that number. */
function isMissedNumber({ aim }: Figure): boolean {
  return aim?.holds === false && /^\d/.test(aim.text);
}
