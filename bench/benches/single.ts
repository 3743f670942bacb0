import type { Bench } from '../harness/bench.ts';
import type { Rates } from '../harness/ceiling.ts';
import type { BenchContext } from '../harness/context.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import { againstCeiling } from '../harness/reference.ts';
import { waitUntilIdle } from '../harness/idle.ts';
import type { ApiServer, WatchEvent } from '../load/api-server.ts';
import { now } from '../load/clock.ts';
import { pipelineRunsPath, unfinishedPodsPath } from '../load/executions.ts';
import { quantiles } from '../load/quantiles.ts';
import { Timelines, untilPipelineRun, untilTerminal, type Timeline } from '../load/timelines.ts';
import { repetitionsOf, withWarmService } from './measured-burst.ts';

/** Targets in multiples of a single bare write. */
const [mostAtP50, mostAtP99] = [4, 10];

/** Latency of one execution on an idle system. */
export const single: Bench = {
  name: 'single',
  what: 'executions one at a time on an idle system, told in writes of a single bare client',
  cluster: 'shared',
  async run(context) {
    const work = () => ofService(context);
    const { measured, ceiling } = await againstCeiling(context, work, { atOnce: 1, times: repetitionsOf(context) });
    const [runs, writeMs] = [measured.flat(), singleWriteMs(ceiling)];
    const timelines = runs.map(({ timeline }) => timeline);
    const [created, done] = [untilPipelineRun(timelines), untilTerminal(timelines)];
    return {
      figures: [
        figure('ceiling: a write of a single bare client, p50, before, between and after', writeMs, 'ms'),
        ...latenciesOf('create acknowledged to PipelineRun', created, writeMs),
        ...inMilliseconds('PipelineRun done to terminal', done),
        ...inMilliseconds('bare list of pods when the PipelineRun is done', listsOf(runs)),
        ...inSingleWrites('PipelineRun done to terminal, beyond the bare list of pods', beyondLists(runs), writeMs),
      ],
      notes: [
        'A consistent list of pods waits up to 100 ms until the watch cache of the API server has caught up with etcd ' +
          '(KEP-2340, ConsistentListFromCache). The service needs one before it considers a run ended (ADR 0038), so its ' +
          'time is reported beyond that of a bare list that starts at the same time.',
      ],
    };
  },
};

/** Measures on a warm and idle service. */
function ofService(context: BenchContext): Promise<readonly SingleRun[]> {
  return withWarmService(context, async () => {
    await waitUntilIdle(context);
    return oneAtATime(context, context.size(200, 40));
  });
}

/** Mean of the median create and patch times of a single bare client. */
export function singleWriteMs({ createP50Ms, patchP50Ms }: Rates): number {
  return (createP50Ms + patchP50Ms) / 2;
}

/** One execution on an idle system. */
export interface SingleRun {
  readonly timeline: Timeline;
  /** Duration in milliseconds of a bare list of pods that began at the end of the PipelineRun. */
  readonly listMs: number;
}

/** Runs executions one after the other; the first few warm up and do not count. */
export async function oneAtATime(context: BenchContext, count: number): Promise<readonly SingleRun[]> {
  const namespace = await context.namespace();
  const all = await Timelines.open(context.api, namespace, context.signal);
  context.defer(() => all.close());
  await context.startFakeTekton(namespace, (name, at) => all.ended(name, at));
  const lists = await listPodsAtEnds(context, namespace);
  const warmUp = Math.ceil(count / 10);
  const runs: SingleRun[] = [];
  for (let number = 0; number < warmUp + count; number += 1) {
    const timeline = await all.create({ name: `oomkill-increase-memory-${number}` });
    await all.complete(timeline);
    if (timeline.phase !== 'Completed') throw new Error(`${timeline.name} was to complete, and is ${timeline.phase}`);
    const listMs = (await lists.get(timeline.name)) ?? Number.NaN;
    if (number >= warmUp) runs.push({ timeline, listMs });
    context.step(`${number}/${warmUp + count} have ended`);
  }
  return runs;
}

/** Lists the pods as the service does at the end of a PipelineRun; durations by execution name. */
async function listPodsAtEnds(context: BenchContext, namespace: string): Promise<ReadonlyMap<string, Promise<number>>> {
  const { api } = context;
  const lists = new Map<string, Promise<number>>();
  const stop = new AbortController();
  const see = ({ object: { metadata, status } }: WatchEvent): void => {
    const execution = metadata.ownerReferences?.[0]?.name ?? '';
    if (status?.completionTime !== undefined && !lists.has(execution)) lists.set(execution, timeOfList(api, namespace));
  };
  const { ended } = await api.watch(pipelineRunsPath(namespace), see, stop.signal);
  // Executions that it no longer observes have no figure.
  ended.catch(() => undefined);
  context.defer(() => Promise.resolve(stop.abort()));
  return lists;
}

async function timeOfList(api: ApiServer, namespace: string): Promise<number> {
  const begun = now();
  await api.must('GET', unfinishedPodsPath(namespace));
  return now() - begun;
}

function listsOf(runs: readonly SingleRun[]): number[] {
  return runs.map(({ listMs }) => listMs);
}

/** Milliseconds from the end of the PipelineRun to a terminal phase, minus the bare list. */
export function beyondLists(runs: readonly SingleRun[]): number[] {
  return runs.flatMap(({ timeline, listMs }) => untilTerminal([timeline]).map((ms) => Math.max(0, ms - listMs)));
}

function latenciesOf(name: string, values: readonly number[], writeMs: number): Figure[] {
  return [...inMilliseconds(name, values), ...inSingleWrites(name, values, writeMs)];
}

function inMilliseconds(name: string, values: readonly number[]): Figure[] {
  const { p50, p95, p99 } = quantiles(values);
  return [figure(`${name}, p50`, p50, 'ms'), figure(`${name}, p95`, p95, 'ms'), figure(`${name}, p99`, p99, 'ms')];
}

function inSingleWrites(name: string, values: readonly number[], writeMs: number): Figure[] {
  const { p50, p99 } = quantiles(values);
  return [
    figure(`${name}, p50`, p50 / writeMs, 'single writes', atMost(mostAtP50)),
    figure(`${name}, p99`, p99 / writeMs, 'single writes', atMost(mostAtP99)),
  ];
}
