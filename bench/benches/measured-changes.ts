import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from '../harness/context.ts';
import type { BenchService } from '../harness/service.ts';
import { startWatchersProcesses, type WatchersProcesses } from '../harness/watchers.ts';
import { measureBusy } from '../load/busy.ts';
import { makeChanges, type Acknowledged } from '../load/changes.ts';
import { now } from '../load/clock.ts';
import { executionsPath } from '../load/executions.ts';
import { quantile, quantiles, type Quantiles } from '../load/quantiles.ts';
import type { Arrivals } from '../load/watchers.ts';

/** Changes, and who watches them. */
export interface WatchedChanges {
  readonly context: BenchContext;
  readonly service: BenchService;
  readonly namespace: string;
  readonly executions: number;
  readonly processes: WatchersProcesses;
  readonly perSecond: number;
  readonly seconds: number;
  /** How many watchers each change is for. */
  readonly eventsEach: number;
}

/** What came of changes: delays of the events, in milliseconds from the acknowledgement of the change. */
export interface MeasuredChanges extends Quantiles {
  readonly wantedPerSecond: number;
  readonly changesPerSecond: number;
  readonly eventsPerSecond: number;
  /** The part of all events that came. */
  readonly delivered: number;
  /** The delay of a bare watch of the API server meanwhile. */
  readonly bareP99: number;
  /** As parts of one core: the service, who made the changes, and the busiest process of watchers. */
  readonly cpu: number;
  readonly writerBusy: number;
  readonly watchersBusy: number;
}

/** How many processes the watchers share: one of them might be busier than the service. */
const processCount = 2;
/** Milliseconds after the last acknowledgement in which events still come. */
const drainMs = 3_000;

/** Processes for watchers, which are ended after the bench. */
export function openWatchers(context: BenchContext): WatchersProcesses {
  const processes = startWatchersProcesses(processCount);
  context.defer(() => processes.stop());
  return processes;
}

/** Changes executions for some seconds, and tells how long it took until watchers heard of it. */
export async function measureChanges(watched: WatchedChanges): Promise<MeasuredChanges> {
  const { context, service, namespace, executions, processes, perSecond, seconds, eventsEach } = watched;
  const bare = new Map<string, number>();
  const enough = new AbortController();
  await context.api.watch(
    executionsPath(namespace),
    ({ object }) => void bare.set(object.metadata.resourceVersion, now()),
    AbortSignal.any([context.signal, enough.signal]),
  );
  await processes.begin();
  const [busy, cpuBefore, begun] = [measureBusy(), service.usage().cpuMs, now()];
  const acknowledged = await makeChanges({ api: context.api, namespace, executions, perSecond, seconds });
  const tookMs = now() - begun;
  await delay(drainMs, undefined, { signal: context.signal });
  const [writerBusy, cpuMs, allMs] = [busy(), service.usage().cpuMs - cpuBefore, now() - begun];
  const report = await processes.report();
  enough.abort();
  const delays = delaysOf(acknowledged, report.arrivals);
  return {
    wantedPerSecond: perSecond,
    changesPerSecond: (acknowledged.size / tookMs) * 1_000,
    eventsPerSecond: (delays.length / tookMs) * 1_000,
    delivered: delays.length / (acknowledged.size * eventsEach),
    ...quantiles(delays),
    bareP99: quantile(
      delaysOf(
        acknowledged,
        [...bare].map(([version, at]) => [version, Float64Array.of(at)]),
      ),
      0.99,
    ),
    cpu: cpuMs / allMs,
    ...{ writerBusy, watchersBusy: Math.max(...report.busy) },
  };
}

/** An event may be faster than the answer to the change: then its delay is less than nothing. */
function delaysOf(acknowledged: Acknowledged, arrivals: Arrivals): number[] {
  return arrivals.flatMap(([version, at]) => {
    const changed = acknowledged.get(version);
    return changed === undefined ? [] : Array.from(at, (time) => time - changed);
  });
}
