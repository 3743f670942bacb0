import { setTimeout as delay } from 'node:timers/promises';
import { readRecord } from '../../test/cluster/record.ts';
import type { Bench } from '../harness/bench.ts';
import type { BenchContext } from '../harness/context.ts';
import { bytesFigures, cpuFigures, keptFigureNames } from '../harness/costs.ts';
import { EtcdStore, keysOf } from '../harness/etcd.ts';
import { figure, type Figure } from '../harness/figure.ts';
import { beyondIdle, cpuBetween, cpuTimes, idleCpu, processesOf } from '../harness/parts.ts';
import { mebibyte, usageOf } from '../harness/process-usage.ts';
import { now } from '../load/clock.ts';
import { createFinished } from '../load/finished.ts';
import { measureBurst, startWarmService } from './measured-burst.ts';
import { removeTektonsWebhooks } from '../harness/tektons-webhooks.ts';

/** Milliseconds without a new Event after which all are taken to be written. */
const quietMs = 3_000;

/** What docs/scaling.md is made from. */
export const slopes: Bench = {
  name: 'slopes',
  what: 'what an execution costs each part: CPU time while it runs, and bytes for as long as it is there',
  stage: 'own',
  async run(context) {
    const running = await measureRunning(context);
    const kept = await measureKept(context);
    return { figures: [...running, ...kept], notes };
  },
};

const notes = [
  'CPU times are those of a burst, beyond an idle system, until all audit events and all Events are written. The API server ' +
    'is asked by the load as well: for the creation, and for the end of the PipelineRun. What Tekton itself asks of it, with ' +
    'its pods, is in the figures of `real`.',
  'Bytes in etcd are those of keys and values. The file of etcd takes more, as its pages are not full; it is measured with ' +
    'nothing but the last revision in it, as a compaction leaves it.',
  'Live memory is that of the heap after a collection. The API server takes about twice of it from the machine: Go collects ' +
    'when the heap has doubled (GOGC).',
];

/** What a burst costs. */
async function measureRunning(context: BenchContext): Promise<Figure[]> {
  const service = await startWarmService(context);
  const processes = processesOf(context.cluster, service);
  const idle = await idleCpu(context, processes);
  const count = context.size(1_000, 200);
  const [before, begunAt] = [cpuTimes(processes), now()];
  const { namespace } = await measureBurst(context, service, { count });
  await allEventsWritten(context, namespace);
  const [spent, seconds] = [cpuBetween(before, cpuTimes(processes)), (now() - begunAt) / 1_000];
  const bytes = await bytesFigures(context.cluster, namespace, count);
  await service.stop();
  return [...cpuFigures(beyondIdle(spent, idle, seconds), count, 'an execution'), ...bytes];
}

/** They are written when there is nothing else to do. */
async function allEventsWritten(context: BenchContext, namespace: string): Promise<void> {
  const etcd = new EtcdStore(context.cluster);
  const events = keysOf(namespace)['its Events'];
  let [before, written] = [-1, 0];
  while (written !== before) {
    context.live(`${written} Events are written`);
    await delay(quietMs, undefined, { signal: context.signal });
    [before, written] = [written, (await etcd.stored(events)).objects];
  }
}

/** What there is of finished executions, in bytes. */
interface Kept {
  readonly database: number;
  readonly apiServer: number;
  readonly etcd: number;
}

/**
 * What executions cost that have ended and are there. The first ones do not count: with them the API server remembers as many
 * of the last changes as it will with others.
 */
async function measureKept(context: BenchContext): Promise<Figure[]> {
  await removeTektonsWebhooks(context.api);
  const namespace = 'bench-kept';
  await context.api.must('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const [from, to] = context.size([2_000, 7_000] as const, [100, 400] as const);
  context.live(`creating ${to} executions that have ended`);
  await createFinished(context.api, namespace, 0, from);
  const before = await keptBy(context);
  await createFinished(context.api, namespace, from, to);
  const after = await keptBy(context);
  const each = (of: keyof Kept) => (after[of] - before[of]) / (to - from);
  return [
    figure(keptFigureNames.database, each('database'), 'bytes'),
    figure(keptFigureNames.apiServer, each('apiServer'), 'bytes'),
    figure(keptFigureNames.etcd, each('etcd'), 'bytes'),
    figure('resident memory of the API server, at the end', residentMb(context, 'kube-apiserver'), 'MB'),
  ];
}

async function keptBy(context: BenchContext): Promise<Kept> {
  const database = await new EtcdStore(context.cluster).bytesInUse();
  const { text } = await context.api.call('GET', '/debug/pprof/heap?gc=1&debug=1');
  const [, heap] = /^# HeapAlloc = (\d+)$/m.exec(text) ?? [];
  return { database, apiServer: Number(heap), etcd: residentMb(context, 'etcd') * mebibyte };
}

function residentMb({ cluster }: BenchContext, component: string): number {
  const pid = readRecord(cluster.directory)?.processes[component]?.pid;
  return pid === undefined ? Number.NaN : usageOf(pid).residentBytes / mebibyte;
}
