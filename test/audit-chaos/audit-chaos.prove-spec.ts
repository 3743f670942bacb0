import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startCluster, type Cluster } from '../cluster/index.ts';
import { describeViolation } from '../data-storage/index.ts';
import { applyProduct } from '../support/product.ts';
import { runAuditChaos, type AuditChaosOptions } from './audit-chaos.ts';

const minute = 60_000;
const mebibyte = 1024 * 1024;
const results = join(import.meta.dirname, '..', '..', 'test-results', 'audit-chaos');
const seed = Number(process.env['WFE_TEST_CHAOS_SEED'] ?? randomInt(2 ** 31));
/** With 1,000 it takes three times as long. */
const executions = Number(process.env['WFE_TEST_AUDIT_EXECUTIONS'] ?? 300);

jest.setTimeout(25 * minute);

describe(`the audit trail with faults of seed ${seed}`, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ level: 'tekton', owner: 'process', ignoreKubeconfig: true });
    await applyProduct(cluster);
    // The test plays Tekton itself.
    await cluster.kill('tekton-controller');
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  const run = (over: Partial<AuditChaosOptions> & Pick<AuditChaosOptions, 'executions' | 'kills'>) =>
    runAuditChaos({
      ...{ seed, cluster, say: () => undefined, signal: AbortSignal.timeout(24 * minute) },
      directory: join(results, over.broken ?? 'whole'),
      ...over,
    });

  it('has each event of every execution once and in order, although the service is killed ten times', async () => {
    const { violations, auditReasons, kills, exits, peakMemory } = await run({ executions, kills: 10 });

    expect(violations.map(describeViolation)).toEqual([]);
    expect(Object.keys(auditReasons)).toEqual(['Recorded']);
    expect([kills, exits]).toEqual([10, 0]);
    expect(peakMemory).toBeLessThan(400 * mebibyte);
  });

  it.each([
    ['loses', 'missing'],
    ['doubles', 'doubled'],
  ] as const)('has violations if the delivery %s events', async (broken, rule) => {
    const { violations } = await run({ executions: 40, kills: 0, broken });

    expect(new Set(violations.map((violation) => violation.rule))).toContain(rule);
  });
});
