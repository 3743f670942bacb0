import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../harness/bench.ts';
import type { BenchContext } from '../harness/context.ts';
import { apiServerHeapFigureName } from '../harness/costs.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import { waitUntilIdle } from '../harness/idle.ts';
import { mebibyte } from '../harness/process-usage.ts';
import { removeTektonsWebhooks } from '../harness/tektons-webhooks.ts';
import { executionsPath } from '../load/executions.ts';
import { createFinished } from '../load/finished.ts';
import { quantile } from '../load/quantiles.ts';

const namespace = 'bench-memory';
/** Idle milliseconds until memory is that of a service at rest, after garbage collection. */
const idleMs = 20_000;
/** Lists, and starts of each role, with the same executions; the median counts. */
const manyStarts = 5;
/**
 * Minutes without a change until the API server has no snapshot of its cache left (KEP-4988), because etcd has compacted the
 * revision of the last change: then it reads pages from etcd.
 */
const restMinutes = 11;
/** Objects on a page of the bare client. */
const pageSize = 500;
const mostExecutions = 50_000;
const roles = ['api', 'controller'] as const;
type Role = (typeof roles)[number];
/** Targets: growth in bytes per finished execution, and time beyond a start without executions in seconds. */
const mostBytes: Readonly<Record<Role, number>> = { api: 2_048, controller: 512 };
const mostLeadingSeconds = 3;

/** Start of an idle service of one role with many finished executions. */
interface Start {
  /** Until the API is ready or the controller leads. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly restMb: number;
  readonly peakMb: number;
}

/** All measurements with a number of executions. */
interface Point {
  readonly executions: number;
  readonly roles: Readonly<Record<Role, Start>>;
  /** Time in which a bare client reads all executions page by page, in seconds. */
  readonly listSeconds: number;
  readonly apiServerHeap: number;
}

/** Start of the API, and a bare list, once the executions have not changed for {@link restMinutes}. */
interface Unchanged {
  readonly apiSeconds: number;
  readonly listSeconds: number;
}

/** Start and memory of each role with finished executions. */
export const memory: Bench = {
  name: 'memory',
  what: 'start and memory of each role with finished executions and their PipelineRuns in the cluster, and nothing to do',
  cluster: 'own',
  async run(context) {
    await removeTektonsWebhooks(context.api);
    await context.api.must('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const points: Point[] = [];
    for (const executions of context.size([0, 1_000, 10_000, mostExecutions], [0, 100])) {
      context.step(`creating ${executions} finished executions`);
      await createFinished(context.api, namespace, points.at(-1)?.executions ?? 0, executions);
      points.push(await measure(executions, context));
      context.log(JSON.stringify(points.at(-1)));
    }
    const unchanged = context.quick ? undefined : await measureUnchanged(context);
    return {
      figures: [
        ...points.flatMap((point) => figuresOf(point, points[0] ?? point)),
        ...(unchanged === undefined ? [] : unchangedFigures(unchanged, points)),
        ...growthOf(points),
        ...heapOf(points),
      ],
      notes: [
        `Times are medians of ${manyStarts}. At rest is ${idleMs / 1_000} s after a start, without any work.`,
        `The bare client reads ${pageSize} executions at a time, without parsing them. Unchanged executions are those that ` +
          `have not changed for ${restMinutes} minutes: the API server then reads pages from etcd, not from its cache.`,
        'Growth is that of resident memory at rest, from one number of executions to the next.',
      ],
    };
  },
};

async function measure(executions: number, context: BenchContext): Promise<Point> {
  const measured: Record<Role, Start[]> = { api: [], controller: [] };
  const lists: number[] = [];
  const starts = context.size(manyStarts, 1);
  // In turns, so that a slow moment of the machine affects all alike.
  for (let start = 1; start <= starts; start++) {
    lists.push(await listSeconds(context));
    for (const role of roles) measured[role].push(await measureStart(role, context, start === starts));
  }
  const median = (role: Role): Start => {
    const all = measured[role];
    const last = all.at(-1) ?? { seconds: NaN, cpuSeconds: NaN, restMb: NaN, peakMb: NaN };
    return {
      ...last,
      seconds: quantile(
        all.map(({ seconds }) => seconds),
        0.5,
      ),
    };
  };
  return {
    executions,
    roles: { api: median('api'), controller: median('controller') },
    listSeconds: quantile(lists, 0.5),
    apiServerHeap: await apiServerHeapBytes(context),
  };
}

async function measureUnchanged(context: BenchContext): Promise<Unchanged> {
  context.step(`waiting ${restMinutes} minutes, in which no execution changes`);
  await delay(restMinutes * 60_000, undefined, { signal: context.signal });
  const [lists, starts]: [number[], number[]] = [[], []];
  for (let start = 0; start < manyStarts; start++) {
    lists.push(await listSeconds(context));
    starts.push((await measureStart('api', context, false)).seconds);
  }
  const measured = { apiSeconds: quantile(starts, 0.5), listSeconds: quantile(lists, 0.5) };
  context.log(JSON.stringify({ ...measured, starts, lists }));
  return measured;
}

async function measureStart(role: Role, context: BenchContext, untilRest: boolean): Promise<Start> {
  const leads = role === 'controller';
  const service = await context.startService({ WFE_ROLES: role }, leads);
  const started = service.usage();
  if (untilRest) {
    await waitUntilIdle(context);
    await delay(idleMs, undefined, { signal: context.signal });
  }
  const rest = service.usage();
  await service.stop();
  return {
    seconds: (leads ? service.leadingAfterMs : service.readyAfterMs) / 1_000,
    cpuSeconds: started.cpuMs / 1_000,
    restMb: rest.residentBytes / mebibyte,
    peakMb: rest.peakBytes / mebibyte,
  };
}

/** Reads all executions as a bare client does, without parsing more than the continue token. */
async function listSeconds({ api }: BenchContext): Promise<number> {
  const began = performance.now();
  let token = '';
  do {
    const query = new URLSearchParams({ limit: String(pageSize), continue: token });
    const { text } = await api.call('GET', `${executionsPath(namespace)}?${query.toString()}`);
    // The metadata of a list of custom resources comes last.
    token = /"continue":"([^"]+)"/.exec(text.slice(-2_000))?.[1] ?? '';
  } while (token !== '');
  return (performance.now() - began) / 1_000;
}

/** The API server's heap after a garbage collection, in bytes. */
async function apiServerHeapBytes(context: BenchContext): Promise<number> {
  const { text } = await context.api.call('GET', '/debug/pprof/heap?gc=1&debug=1');
  return Number(/^# HeapAlloc = (\d+)$/m.exec(text)?.[1]);
}

function figuresOf(point: Point, empty: Point): Figure[] {
  const { executions, listSeconds: bare } = point;
  const beside = `with ${executions.toLocaleString('en')} executions`;
  const { api, controller } = point.roles;
  const [beyondApi, beyondController] = [
    api.seconds - empty.roles.api.seconds,
    controller.seconds - empty.roles.controller.seconds,
  ];
  const judged = executions >= 10_000;
  return [
    figure(`bare list, ${beside}`, bare, 's'),
    ...roles.flatMap((role) => {
      const { seconds, cpuSeconds, restMb, peakMb } = point.roles[role];
      return [
        figure(`start of the ${role}, ${beside}`, seconds, 's'),
        figure(`CPU time of the ${role} until then, ${beside}`, cpuSeconds, 's'),
        figure(`resident memory of the ${role} at rest, ${beside}`, restMb, 'MB'),
        figure(`resident memory of the ${role} at most, ${beside}`, peakMb, 'MB'),
      ];
    }),
    ...(judged
      ? [
          apiStartFigure(beyondApi, bare, beside),
          figure(
            `start of the controller beyond an empty one, ${beside}`,
            beyondController,
            's',
            atMost(mostLeadingSeconds),
          ),
        ]
      : []),
  ];
}

function unchangedFigures({ apiSeconds, listSeconds }: Unchanged, points: readonly Point[]): Figure[] {
  const beside = `with ${mostExecutions.toLocaleString('en')} unchanged executions`;
  const beyond = apiSeconds - (points[0]?.roles.api.seconds ?? NaN);
  return [
    figure(`bare list, ${beside}`, listSeconds, 's'),
    figure(`start of the api, ${beside}`, apiSeconds, 's'),
    apiStartFigure(beyond, listSeconds, beside),
  ];
}

/** Start of the API beside a bare list of the same executions. */
function apiStartFigure(beyondSeconds: number, listSeconds: number, beside: string): Figure {
  const percent = (beyondSeconds / listSeconds) * 100;
  return figure(`start of the api beyond an empty one, ${beside}`, percent, '% of a bare list', atMost(100));
}

function growthOf(points: readonly Point[]): Figure[] {
  return points.slice(1).flatMap((point, index) => {
    const before = points[index] ?? point;
    const [from, to] = [before, point].map(({ executions }) => executions.toLocaleString('en'));
    return roles.map((role) => {
      const grown = (point.roles[role].restMb - before.roles[role].restMb) * mebibyte;
      const bytes = grown / (point.executions - before.executions);
      // Below that, the differences between two starts are larger.
      const judge = before.executions >= 10_000 ? atMost(mostBytes[role]) : undefined;
      return figure(`growth of the ${role} for an execution, from ${from} to ${to}`, bytes, 'bytes', judge);
    });
  });
}

/** Heap per execution, once the API server's watch cache is full. */
function heapOf(points: readonly Point[]): Figure[] {
  const [before, after] = points.slice(-2);
  if (before === undefined || after === undefined) return [];
  const bytes = (after.apiServerHeap - before.apiServerHeap) / (after.executions - before.executions);
  return [figure(apiServerHeapFigureName, bytes, 'bytes')];
}
