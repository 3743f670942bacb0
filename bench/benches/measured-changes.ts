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

/** Changes and their watchers. */
export interface WatchedChanges {
  readonly context: BenchContext;
  readonly service: BenchService;
  readonly namespace: string;
  readonly executions: number;
  readonly processes: WatchersProcesses;
  readonly perSecond: number;
  readonly seconds: number;
  /** Watchers per change. */
  readonly eventsEach: number;
}

/** Measurements of changes: delays of events in milliseconds from the acknowledged change. */
export interface MeasuredChanges extends Quantiles {
  readonly wantedPerSecond: number;
  readonly changesPerSecond: number;
  readonly eventsPerSecond: number;
  /** Fraction of events that arrived. */
  readonly delivered: number;
  /** p99 delay of a bare watch of the API server meanwhile. */
  readonly bareP99: number;
  /** As fractions of a core: the service, the writer, and the busiest watcher process. */
  readonly cpu: number;
  readonly writerBusy: number;
  readonly watchersBusy: number;
}

/** Number of watcher processes; a single one might be busier than the service. */
const processCount = 2;
/** Milliseconds to wait for events after the last acknowledgement. */
const drainMs = 3_000;

/** Starts watcher processes, which are stopped after the bench. */
export function openWatchers(context: BenchContext): WatchersProcesses {
  const processes = startWatchersProcesses(processCount);
  context.defer(() => processes.stop());
  return processes;
}

/** Changes executions for some seconds and measures the delays of their events. */
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

/** An event may precede the response to its change, which makes its delay negative. */
function delaysOf(acknowledged: Acknowledged, arrivals: Arrivals): number[] {
  return arrivals.flatMap(([version, at]) => {
    const changed = acknowledged.get(version);
    return changed === undefined ? [] : Array.from(at, (time) => time - changed);
  });
}
