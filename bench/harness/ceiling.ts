import type { ApiServer } from '../load/api-server.ts';
import { forEachParallel, numbers } from '../../test/support/parallel.ts';
import { measureBusy } from '../load/busy.ts';
import { now } from '../load/clock.ts';
import { executionsPath, newExecution, someStatus } from '../load/executions.ts';
import { mean } from '../load/interval.ts';
import { quantile } from '../load/quantiles.ts';
import { measureThroughput } from '../load/throughput.ts';

/** Rates of a bare client on this API server. */
export interface Rates {
  /** Number of concurrent requests. */
  readonly concurrency: number;
  readonly createsPerSecond: number;
  readonly patchesPerSecond: number;
  /** Milliseconds from request to response. */
  readonly createP50Ms: number;
  readonly patchP50Ms: number;
  /** The client's use of one core, as a fraction. */
  readonly busy: number;
}

/** Options of a ceiling measurement. */
export interface CeilingOptions {
  readonly api: ApiServer;
  /** Namespace without other executions. */
  readonly namespace: string;
  /** Seconds of creates, and of patches. */
  readonly seconds: number;
}

/** One per connection. */
const warmUpRequests = 32;

/** Measures creates, then status patches, for some seconds each. */
export async function measureRates(concurrency: number, { api, namespace, seconds }: CeilingOptions): Promise<Rates> {
  const path = executionsPath(namespace);
  await warmUp(api, path);
  const busy = measureBusy();
  const prefix = `ceiling-${concurrency}-${Math.round(now())}`;
  const created: string[] = [];
  const creates = await measureThroughput(concurrency, seconds, async (number) => {
    const name = `${prefix}-${number}`;
    await api.must('POST', path, newExecution({ name }));
    created.push(name);
  });
  const patches = await measureThroughput(concurrency, seconds, async (number) => {
    const name = created[number % created.length] ?? '';
    await api.must('PATCH', `${path}/${name}/status`, { status: someStatus(name, number) });
  });
  return {
    concurrency,
    createsPerSecond: creates.perSecond,
    patchesPerSecond: patches.perSecond,
    createP50Ms: quantile(creates.latencies, 0.5),
    patchP50Ms: quantile(patches.latencies, 0.5),
    busy: busy(),
  };
}

/** Combines ceilings: means, and the maximum use of a core. */
export function meanRates(samples: readonly Rates[]): Rates {
  const meanBy = (of: (rates: Rates) => number): number => mean(samples.map(of));
  return {
    concurrency: meanBy((rates) => rates.concurrency),
    createsPerSecond: meanBy((rates) => rates.createsPerSecond),
    patchesPerSecond: meanBy((rates) => rates.patchesPerSecond),
    createP50Ms: meanBy((rates) => rates.createP50Ms),
    patchP50Ms: meanBy((rates) => rates.patchP50Ms),
    busy: Math.max(...samples.map(({ busy }) => busy)),
  };
}

/** The first requests open connections, and the first ones in a namespace wait for the API server to observe it. */
async function warmUp(api: ApiServer, path: string): Promise<void> {
  await forEachParallel(warmUpRequests, numbers(warmUpRequests), async (number) => {
    const name = `warm-up-${Math.round(now())}-${number}`;
    await api.must('POST', path, newExecution({ name }));
    await api.must('PATCH', `${path}/${name}/status`, { status: someStatus(name, 0) });
  });
}
