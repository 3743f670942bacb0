import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cluster } from '../test/cluster/index.ts';
import { silent } from '../test/cluster/index.ts';
import { measureBurst, startWarmService, writesPerExecution } from './benches/measured-burst.ts';
import { beyondLists, oneAtATime, singleWriteMs } from './benches/single.ts';
import { startBenchCluster } from './harness/cluster.ts';
import { BenchContext, type RunOptions } from './harness/context.ts';
import { isNewExecution, isOfLeadership, isRead, isWrite, serviceUser, type ApiRequest } from './harness/requests.ts';
import { quantile } from './load/quantiles.ts';
import { untilPipelineRun } from './load/timelines.ts';

/** Factor to the targets of docs/performance.md, since other tests run on the same cores. */
const margin = 3;

const writesOfAny = { 'create leases': 1, 'create pipelineruns': 1, 'patch workflowexecutions/status': 3 };
/** The service's writes for a completed execution. Update when there are fewer. */
const writesOfOne = { ...writesOfAny, 'patch workflowexecutions': 1 };
/** The same for one created over gRPC with its finalizer. */
const writesOfOneOverGrpc = { ...writesOfAny, 'create workflowexecutions': 1 };

const directory = join(import.meta.dirname, '..', 'test-results', 'bench');
jest.setTimeout(180_000);

describe('the performance of the service in short (npm run bench measures it)', () => {
  const within = (ms: number): RunOptions => ({
    ...{ quick: true, profile: false, directory, progress: silent },
    signal: AbortSignal.timeout(ms),
  });
  let cluster: Cluster;
  const inContext = async (
    name: string,
    test: (context: BenchContext) => Promise<void>,
    options = within(170_000),
  ): Promise<void> => {
    const context = new BenchContext(name, cluster, options);
    await test(context).finally(() => context.close());
  };

  beforeAll(async () => {
    cluster = await startBenchCluster('shared', within(170_000));
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('stays within a factor of the API server in a burst', () =>
    inContext('burst', async (context) => {
      const before = await context.rates(32);
      const service = await startWarmService(context);
      const bursts = [
        await measureBurst(context, service, { count: 100 }),
        await measureBurst(context, service, { count: 100, transport: 'over gRPC' }),
      ];
      await service.stop();
      const after = await context.rates(32);

      for (const burst of bursts) {
        const writesPerSecond = burst.perSecond * writesPerExecution(burst).all;
        const ofCeiling = (2 * writesPerSecond) / (before.patchesPerSecond + after.patchesPerSecond);
        expect(ofCeiling).toBeGreaterThan(0.65 / margin);
        const reads = burst.requests.filter((request) => request.user === serviceUser && isRead(request));
        // The pods of an ended run are listed once (ADR 0038).
        expect(perExecution(reads, 100)).toEqual({ 'list pods': 1 });
      }
      expect(bursts.map(({ requests }) => writesOf(requests, 100))).toEqual([writesOfOne, writesOfOneOverGrpc]);
    }));

  it('stays within a factor of single writes for a single execution, without needless writes', () =>
    inContext('single', async (context) => {
      const before = await context.rates(1);
      const service = await context.startService();
      const from = Date.now();
      const runs = await oneAtATime(context, 20);
      const requests = await context.requests(from, Date.now());
      await service.stop();
      const writeMs = (singleWriteMs(before) + singleWriteMs(await context.rates(1))) / 2;

      expect(quantile(untilPipelineRun(runs.map(({ timeline }) => timeline)), 0.5) / writeMs).toBeLessThan(4 * margin);
      // The API server determines the duration of the preceding list of pods (KEP-2340).
      expect(quantile(beyondLists(runs), 0.5) / writeMs).toBeLessThan(4 * margin);
      expect(writesOf(requests, requests.filter(isNewExecution).length)).toEqual(writesOfOne);
    }));

  // Last, because it leaves its executions behind.
  it('can be aborted in the middle of a burst and stops what it started', async () => {
    const calledOff = new AbortController();
    const live = (line: string): void => {
      if (line.includes('have ended')) calledOff.abort();
    };
    const progress = Object.assign(() => undefined, { live });
    const context = new BenchContext('called-off', cluster, { ...within(170_000), progress, signal: calledOff.signal });
    const service = await context.startService();

    // Enough to show progress before it is over.
    await expect(measureBurst(context, service, { count: 20_000 })).rejects.toThrow('aborted');

    await context.close();
    expect(() => service.usage()).toThrow('ENOENT');
  });
});

/** The service's writes per execution by kind; Events are rate-limited. */
function writesOf(requests: readonly ApiRequest[], executions: number): Record<string, number> {
  const own = requests.filter((one) => one.user === serviceUser && isWrite(one) && !isOfLeadership(one));
  return perExecution(
    own.filter(({ resource }) => resource !== 'events'),
    executions,
  );
}

function perExecution(requests: readonly ApiRequest[], executions: number): Record<string, number> {
  const kinds = Map.groupBy(requests, ({ verb, resource }) => `${verb} ${resource}`);
  return Object.fromEntries([...kinds].map(([kind, all]) => [kind, all.length / executions]));
}
