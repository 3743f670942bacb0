import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { describeViolation } from './checker/violation.ts';
import { clusterOf } from './existing-cluster.ts';
import { interferenceKinds } from './plan/interference.ts';
import { smallSize } from './plan/options.ts';
import { runChaos } from './chaos.ts';

const seed = Number(process.env['WFE_TEST_CHAOS_SEED'] ?? 1);
const directory = join(import.meta.dirname, '..', '..', 'test-results', 'chaos', String(seed));
const cluster = await clusterOf(process.env['WFE_TEST_KUBECONFIG'] ?? '');

// Half a minute of chaos plus settling time.
jest.setTimeout(240_000);

(cluster === undefined ? it.skip : it)(
  'keeps its promises in a small chaos run (npm run chaos is the full one)',
  async () => {
    const { summary, violations, missed } = await runChaos({
      size: { ...smallSize, seed },
      cluster: cluster!,
      shared: true,
      directory,
      log: () => undefined,
      signal: AbortSignal.timeout(220_000),
    });

    expect(violations.map(describeViolation)).toEqual([]);
    expect(missed).toEqual([]);
    expect(summary).toMatchObject({ executions: smallSize.executions, kills: smallSize.kills, freezes: 1 });
    expect(Object.keys(summary.interferences).length).toBeGreaterThan(interferenceKinds.length / 2);
    if (process.env['WFE_TEST_NO_PODS'] === undefined) expect(summary.pods).toBeGreaterThan(0);
  },
);
