import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../harness/bench.ts';
import type { BenchContext } from '../harness/context.ts';
import { apiServerHeapFigureName } from '../harness/costs.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import { mebibyte } from '../harness/process-usage.ts';
import { againstCeiling, onReference, timeOnReference } from '../harness/reference.ts';
import { waitUntilIdle } from '../harness/idle.ts';
import { removeTektonsWebhooks } from '../harness/tektons-webhooks.ts';
import { createFinished } from '../load/finished.ts';

const namespace = 'bench-memory';
/** Idle milliseconds until memory is that of a service at rest, after garbage collection. */
const idleMs = 20_000;
/** Number of executions to which the targets apply. */
const judged = 10_000;
/** Targets. */
const [mostMb, mostReadySeconds, mostBytesEach] = [200, 5, 5 * 1024];

/** Start of an idle service with many cached executions. */
interface Start {
  readonly executions: number;
  readonly readySeconds: number;
  /** CPU time until ready. */
  readonly cpuSeconds: number;
  readonly readyMb: number;
  readonly restMb: number;
  readonly peakMb: number;
}

/** With the ceiling at that time in status patches per second, and the API server's heap in bytes. */
type Point = Start & { readonly patches: number; readonly apiServerHeap: number };

/** Start and memory with finished executions. */
export const memory: Bench = {
  name: 'memory',
  what: 'memory and start of a service with finished executions and their PipelineRuns in the cluster, and nothing to do',
  cluster: 'own',
  async run(context) {
    await removeTektonsWebhooks(context.api);
    await context.api.must('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const points: Point[] = [];
    let there = 0;
    for (const executions of context.size([0, 1_000, judged, 50_000], [0, 100])) {
      context.step(`creating ${executions} executions that have ended`);
      await createFinished(context.api, namespace, there, executions);
      there = executions;
      const apiServerHeap = await apiServerHeapBytes(context);
      const {
        measured: [measured],
        ceiling: { patchesPerSecond: patches },
      } = await againstCeiling(context, () => measureStart(executions, context));
      points.push({ ...measured, patches, apiServerHeap });
      context.log(JSON.stringify(points.at(-1)));
    }
    return {
      figures: [...points.flatMap(figuresOf), ...growthOf(points), ...apiServerHeapOf(points)],
      notes: [
        `The service leads, and so lists all executions a second time. At rest is ${idleMs / 1_000} s after that, without any work.`,
        'Growth is that of resident memory at rest, from one number of executions to the next.',
      ],
    };
  },
};

async function measureStart(executions: number, context: BenchContext): Promise<Start> {
  const service = await context.startService();
  const ready = service.usage();
  await waitUntilIdle(context);
  await delay(idleMs, undefined, { signal: context.signal });
  const rest = service.usage();
  await service.stop();
  return {
    executions,
    readySeconds: service.readyAfterMs / 1_000,
    cpuSeconds: ready.cpuMs / 1_000,
    readyMb: ready.residentBytes / mebibyte,
    restMb: rest.residentBytes / mebibyte,
    peakMb: rest.peakBytes / mebibyte,
  };
}

/** The API server's heap after a garbage collection, in bytes. */
async function apiServerHeapBytes(context: BenchContext): Promise<number> {
  const { text } = await context.api.call('GET', '/debug/pprof/heap?gc=1&debug=1');
  return Number(/^# HeapAlloc = (\d+)$/m.exec(text)?.[1]);
}

function figuresOf(point: Point): Figure[] {
  const { executions, readySeconds, cpuSeconds, readyMb, restMb, peakMb, patches } = point;
  const [most, soonest] = executions === judged ? [atMost(mostMb), atMost(mostReadySeconds)] : [];
  const beside = `with ${executions.toLocaleString('en')} executions`;
  return [
    figure(`start to ready, ${beside}`, readySeconds, 's', soonest),
    figure(`start to ready, ${beside}, ${onReference}`, timeOnReference(readySeconds, patches), 's', soonest),
    figure(`CPU time until ready, ${beside}`, cpuSeconds, 's'),
    figure(`resident memory when ready, ${beside}`, readyMb, 'MB'),
    figure(`resident memory at rest, ${beside}`, restMb, 'MB', most),
    figure(`resident memory at most, ${beside}`, peakMb, 'MB'),
  ];
}

function growthOf(points: readonly Point[]): Figure[] {
  return points.slice(1).map((point, index) => {
    const before = points[index] ?? point;
    const bytes = ((point.restMb - before.restMb) * mebibyte) / (point.executions - before.executions);
    const judge = before.executions >= judged ? atMost(mostBytesEach) : undefined;
    const [from, to] = [before, point].map(({ executions }) => executions.toLocaleString('en'));
    return figure(`growth for an execution, from ${from} to ${to}`, bytes, 'bytes', judge);
  });
}

/** Heap per execution, once the API server's watch cache is full. */
function apiServerHeapOf(points: readonly Point[]): Figure[] {
  const [before, after] = points.slice(-2);
  if (before === undefined || after === undefined) return [];
  const bytes = (after.apiServerHeap - before.apiServerHeap) / (after.executions - before.executions);
  return [figure(apiServerHeapFigureName, bytes, 'bytes')];
}
