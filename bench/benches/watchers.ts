import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../harness/bench.ts';
import { makeCaller } from '../harness/caller.ts';
import type { BenchContext } from '../harness/context.ts';
import { atLeast, atMost, figure, type Figure } from '../harness/figure.ts';
import { restMs, type BenchService } from '../harness/service.ts';
import { againstCeiling, onReference, timeOnReference } from '../harness/reference.ts';
import type { WatchersProcesses } from '../harness/watchers.ts';
import { createFinished } from '../load/finished.ts';
import type { Watcher } from '../load/watchers.ts';
import { measureChanges, openWatchers, type MeasuredChanges } from './measured-changes.ts';

/** Number of executions, each with the same number of watchers. */
const executions = 100;
/** The default limit of streams per caller. */
const perCaller = 100;
/** Changes per second, and lower rates for watchers of everything. */
const changesPerSecond = 100;
const slowerChanges = [10, 20, 40, 60, 80];
/** Targets. */
const [mostDelayMs, mostKbEach] = [250, 50];
/** Percentage of events that must arrive for a sustained rate. */
const leastDelivered = 99;

/** All connections have the same source address. */
const oneAddressForAll = { WFE_MAX_CONNECTIONS_PER_ADDRESS: '2000' };

/** Many gRPC watchers. */
export const watchers: Bench = {
  name: 'watchers',
  what: '1,000 gRPC watchers while executions change 100 times a second: delay of events, and memory for a watcher',
  cluster: 'shared',
  async run(context) {
    const count = context.size(1_000, 100);
    const namespace = await context.namespace();
    await createFinished(context.api, namespace, 0, executions);
    const makers = await makeCallers(context, namespace, count);
    const {
      measured: [measured],
      ceiling: { patchesPerSecond: patches },
    } = await againstCeiling(context, async () => {
      const shared = await measureShared(context, makers);
      const service = await context.startService(oneAddressForAll);
      const all = makers.flatMap((make) => make(service));
      const own = await measureOwn(context, service, namespace, all);
      const everything = await measureEverything(context, service, namespace, all);
      await service.stop();
      return { shared, own, everything };
    });
    const { shared, own, everything } = measured;
    return {
      figures: [
        ...memoryFigures(own.bytesEach, shared),
        ...ownFigures(own.changes, patches),
        ...everythingFigures(everything),
      ],
      notes: notes(count),
    };
  },
};

/** Creates one caller's watchers of a service. */
type MakeWatchers = (service: BenchService) => readonly Watcher[];

/**
 * Creates callers with their watchers; each watches the execution of one RemediationRequest, as an orchestrator does.
 */
async function makeCallers(context: BenchContext, namespace: string, count: number): Promise<MakeWatchers[]> {
  const all: MakeWatchers[] = [];
  for (let from = 0; from < count; from += perCaller) {
    const caller = await makeCaller(context.api, namespace, `watcher-${from}`);
    const token = await caller.token();
    const watcher = ({ grpc: address, ca }: BenchService, number: number): Watcher => ({
      ...{ address, ca, token, connection: `${from + number}` },
      request: { parent: `namespaces/${namespace}`, remediationRequest: `rr-execution-${number % executions}` },
    });
    const own = Math.min(perCaller, count - from);
    all.push((service) => Array.from({ length: own }, (_, number) => watcher(service, number)));
  }
  return all;
}

/** Memory per watcher if a caller's watchers share a connection. */
async function measureShared(context: BenchContext, makers: readonly MakeWatchers[]): Promise<BytesEach> {
  const service = await context.startService();
  const processes = openWatchers(context);
  const all = makers.flatMap((make, caller) =>
    make(service).map((watcher) => ({ ...watcher, connection: `of caller ${caller}` })),
  );
  const shared = await measureMemory(context, service, processes, all);
  await processes.stop();
  await service.stop();
  return shared;
}

/** The service's resident memory per watcher in bytes. */
interface BytesEach {
  /** Total growth per watcher. */
  readonly all: number;
  /** Growth per watcher in the second half, after one-time growth. */
  readonly further: number;
}

/** Opens watchers: the first of each caller, then up to half, then the rest. */
async function measureMemory(
  context: BenchContext,
  service: BenchService,
  processes: WatchersProcesses,
  all: readonly Watcher[],
): Promise<BytesEach> {
  const residentWith = async (opened: readonly Watcher[]): Promise<number> => {
    await processes.open(opened);
    await delay(restMs, undefined, { signal: context.signal });
    return service.usage().residentBytes;
  };
  const isFirst = (index: number): boolean => index % perCaller === 0;
  const isOfFirstHalf = (index: number): boolean => index % perCaller < perCaller / 2;
  const others = all.filter((_, index) => !isFirst(index));
  const furthers = all.filter((_, index) => !isOfFirstHalf(index));
  const before = await residentWith(all.filter((_, index) => isFirst(index)));
  const half = await residentWith(all.filter((_, index) => isOfFirstHalf(index) && !isFirst(index)));
  const after = await residentWith(furthers);
  return { all: (after - before) / others.length, further: (after - half) / furthers.length };
}

/** Memory and delays while each watches its own execution on its own connection. */
async function measureOwn(context: BenchContext, service: BenchService, namespace: string, all: readonly Watcher[]) {
  const processes = openWatchers(context);
  const bytesEach = await measureMemory(context, service, processes, all);
  const on = { context, service, namespace, executions, processes };
  const seconds = context.size(20, 3);
  const eventsEach = all.length / executions;
  const changes = await measureChanges({ ...on, perSecond: changesPerSecond, seconds, eventsEach });
  await processes.stop();
  return { bytesEach, changes };
}

/** Delays while all watch everything, at increasing rates. */
async function measureEverything(
  context: BenchContext,
  service: BenchService,
  namespace: string,
  all: readonly Watcher[],
) {
  const processes = openWatchers(context);
  const request = { parent: `namespaces/${namespace}` };
  await processes.open(all.map((watcher) => ({ ...watcher, request })));
  const measured: MeasuredChanges[] = [];
  const on = { context, service, namespace, executions, processes };
  for (const perSecond of [...context.size(slowerChanges, []), changesPerSecond]) {
    context.step(`all watch everything, ${perSecond} changes a second`);
    measured.push(await measureChanges({ ...on, perSecond, seconds: context.size(8, 3), eventsEach: all.length }));
  }
  await processes.stop();
  return measured;
}

function memoryFigures(own: BytesEach, shared: BytesEach): Figure[] {
  const ways = [
    ['100 on a connection', shared],
    ['each on a connection of its own', own],
  ] as const;
  return ways.flatMap(([way, bytes]) => [
    figure(`resident memory of the service for a watcher, ${way}`, bytes.all / 1_024, 'KB', atMost(mostKbEach)),
    figure(`resident memory for each of the second half, ${way}`, bytes.further / 1_024, 'KB', atMost(mostKbEach)),
  ]);
}

function ownFigures(changes: MeasuredChanges, patches: number): Figure[] {
  const name = 'each watches one of its own';
  return [
    figure(`changes, ${name}`, changes.changesPerSecond, '/s'),
    figure(`events, ${name}`, changes.eventsPerSecond, '/s'),
    figure(`of the events came, ${name}`, changes.delivered * 100, '%', atLeast(leastDelivered)),
    figure(`ceiling: delay of a bare watch of the API server, p99, ${name}`, changes.bareP99, 'ms'),
    figure(`delay, p50, ${name}`, changes.p50, 'ms'),
    figure(`delay, p95, ${name}`, changes.p95, 'ms'),
    figure(`delay, p99, ${name}`, changes.p99, 'ms', atMost(mostDelayMs)),
    figure(`delay, p99, ${name}, ${onReference}`, timeOnReference(changes.p99, patches), 'ms', atMost(mostDelayMs)),
    figure(`CPU of the service, ${name}`, changes.cpu * 100, '% of a core'),
    ...busyFigures(changes, name),
  ];
}

function busyFigures({ writerBusy, watchersBusy }: MeasuredChanges, name: string): Figure[] {
  return [
    figure(`who changed was busy, ${name}`, writerBusy * 100, '% of a core', atMost(80)),
    figure(`the busiest process of watchers was busy, ${name}`, watchersBusy * 100, '% of a core', atMost(80)),
  ];
}

function everythingFigures(measured: readonly MeasuredChanges[]): Figure[] {
  const isSustained = ({ p99, delivered }: MeasuredChanges) => p99 <= mostDelayMs && delivered * 100 >= leastDelivered;
  const sustained = measured.filter(isSustained).map(({ wantedPerSecond }) => wantedPerSecond);
  const most = measured.at(-1);
  return [
    figure('changes a second that all 1,000 can watch, of those that were tried', Math.max(0, ...sustained), '/s'),
    ...measured.flatMap((one) => {
      const name = `all watch everything, ${one.wantedPerSecond} changes a second`;
      return [
        figure(`events, ${name}`, one.eventsPerSecond, '/s'),
        figure(`of the events came, ${name}`, one.delivered * 100, '%'),
        figure(`delay, p50, ${name}`, one.p50, 'ms'),
        figure(`delay, p99, ${name}`, one.p99, 'ms'),
        figure(`CPU of the service, ${name}`, one.cpu * 100, '% of a core'),
      ];
    }),
    ...(most === undefined ? [] : busyFigures(most, 'all watch everything').map(withoutAim)),
  ];
}

/** Rates that exceed one core have no target for delays. */
function withoutAim({ name, value, unit }: Figure): Figure {
  return { name, value, unit };
}

function notes(count: number): string[] {
  const callers = Math.ceil(count / perCaller);
  return [
    `${count.toLocaleString('en')} watchers of ${callers} callers, with the default limits; for delays each has its own connection. Delay is from the acknowledgement of a change to its event.`,
    `Memory: VmRSS of the service ${restMs / 1_000} s after all were open, minus VmRSS ${restMs / 1_000} s after the first one of each caller, on a service that has just started, without changes. About 15 MB are the young generation of the heap, which grows once under any load. So the second half is reported separately. A connection includes TLS and HTTP/2.`,
    'Changes are to an annotation of finished executions, so that the service has no other work.',
    'A watch sends states: a slow watcher gets the latest state of each execution, and fewer events than there were changes.',
  ];
}
