import type { Bench } from '../harness/bench.ts';
import { makeCaller, oneCallerForAll, type Caller } from '../harness/caller.ts';
import type { BenchContext } from '../harness/context.ts';
import { atLeast, atMost, exactly, figure, type Figure } from '../harness/figure.ts';
import { leadElsewhere } from '../harness/leader.ts';
import { againstCeiling, onReference, rateOnReference, timeOnReference } from '../harness/reference.ts';
import { waitUntilIdle } from '../harness/idle.ts';
import { removeTektonsWebhooks } from '../harness/tektons-webhooks.ts';
import { createFinished } from '../load/finished.ts';
import { pageSize } from '../load/execution-api.ts';
import { quantile } from '../load/quantiles.ts';
import type { Throughput } from '../load/throughput.ts';
import { measureBareReads, meanOf, measureCalls, warmUp, type Calls, type MeasuredCalls } from './measured-calls.ts';

/** Namespaces for reads and for creates. */
const [readNamespace, createNamespace] = ['bench-api', 'bench-api-creates'];
const most = 32;
const concurrencies = [1, most];
const transports = ['gRPC', 'REST'] as const;
/** Targets: creates in percent of bare ones, Gets per second, and milliseconds per page. */
const [leastCreates, leastGets, mostPageMs] = [50, 3_000, 10];

type Operation = Calls['operation'];

/** The ceiling: the same operation by a bare client. */
interface Bare {
  readonly operation: Operation;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly p50: number;
}

/** Calls of the execution API over both transports. */
export const api: Bench = {
  name: 'api',
  what: `Create, Get and List (pages of ${pageSize} of 10,000) over gRPC and REST, 1 and 32 at once, with TLS and callers that are known by their token and their rights`,
  cluster: 'own',
  async run(context) {
    const executions = context.size(10_000, 500);
    await removeTektonsWebhooks(context.api);
    for (const name of [readNamespace, createNamespace]) {
      await context.api.must('POST', '/api/v1/namespaces', { metadata: { name } });
    }
    context.step(`creating ${executions} executions that have ended`);
    await createFinished(context.api, readNamespace, 0, executions);
    const bareReads = await measureAllBareReads(context, executions);
    const { reads, busyCreates } = await measureOnLeader(context, executions);
    const { creates, bareCreates, patches } = await measureCreates(context);
    const bare = [...bareReads, ...bareCreates];
    const calls = [...creates, ...reads];
    return {
      figures: [
        ...bare.map(ceilingOf),
        ...calls.flatMap((one) => figuresOf(one, bare)),
        ...translated(reads, patches),
        ...togetherOf(calls, reads),
        busyCreates,
      ],
      notes: notes(executions),
    };
  },
};

async function measureAllBareReads(context: BenchContext, executions: number): Promise<Bare[]> {
  const all: Bare[] = [];
  for (const operation of ['Get', 'List'] as const) {
    for (const concurrency of concurrencies) {
      context.step(`${operation} of a bare client, ${concurrency} at once`);
      const measured = await measureBareReads(context, {
        operation,
        concurrency,
        namespace: readNamespace,
        executions,
      });
      all.push(bareOf(operation, concurrency, measured));
    }
  }
  return all;
}

function bareOf(operation: Operation, concurrency: number, { perSecond, latencies }: Throughput): Bare {
  return { operation, concurrency, perSecond, p50: quantile(latencies, 0.5) };
}

/** Measures reads on an idle leader, and finally creates, which keep it busy. */
async function measureOnLeader(context: BenchContext, executions: number) {
  const service = await context.startService(oneCallerForAll);
  const reader = await makeCaller(context.api, readNamespace, 'reader');
  const creator = await makeCaller(context.api, createNamespace, 'creator-on-leader');
  await waitUntilIdle(context);
  const [all, onReads] = [callsOf(['Get', 'List']), { service, caller: reader, namespace: readNamespace, executions }];
  await warmUp(context, all.filter(isMany), onReads);
  const reads: MeasuredCalls[] = [];
  for (const calls of all) reads.push(await measureCalls(context, calls, onReads));
  const creates: Calls = { operation: 'Create', transport: 'gRPC', concurrency: most };
  const on = { service, caller: creator, namespace: createNamespace, executions };
  const { perSecond } = await measureCalls(context, creates, on);
  await service.stop();
  const name = 'Create over gRPC, 32 at once, of the replica that runs what is created meanwhile';
  return { reads, busyCreates: figure(name, perSecond, '/s') };
}

/** Measures creates on a replica that does not lead, for each concurrency, between measurements of the ceiling. */
async function measureCreates(context: BenchContext) {
  context.defer(await leadElsewhere(context.api));
  const caller = await makeCaller(context.api, createNamespace, 'creator');
  const [creates, bareCreates]: [MeasuredCalls[], Bare[]] = [[], []];
  let patches = Number.NaN;
  for (const concurrency of concurrencies) {
    const work = () => measureCreatesAt(context, concurrency, caller);
    const { measured, ceiling } = await againstCeiling(context, work, { atOnce: concurrency });
    creates.push(...measured.flat());
    bareCreates.push({
      operation: 'Create',
      concurrency,
      perSecond: ceiling.createsPerSecond,
      p50: ceiling.createP50Ms,
    });
    patches = ceiling.patchesPerSecond;
  }
  return { creates, bareCreates, patches };
}

/** Measures creates over both transports in both orders, to cancel out a slowing API server. */
async function measureCreatesAt(context: BenchContext, concurrency: number, caller: Caller): Promise<MeasuredCalls[]> {
  const service = await context.startService(oneCallerForAll, false);
  await waitUntilIdle(context);
  const all = callsOf(['Create']).filter((calls) => calls.concurrency === concurrency);
  const on = { service, caller, namespace: createNamespace, executions: 0 };
  await warmUp(context, callsOf(['Create']).filter(isMany), on);
  const measured: MeasuredCalls[] = [];
  for (const calls of [...all, ...all.toReversed()]) measured.push(await measureCalls(context, calls, on));
  await service.stop();
  return all.map(({ transport }) => meanOf(measured.filter((one) => one.transport === transport)));
}

function callsOf(operations: readonly Operation[]): Calls[] {
  return operations.flatMap((operation) =>
    transports.flatMap((transport) => concurrencies.map((concurrency) => ({ operation, transport, concurrency }))),
  );
}

function ceilingOf({ operation, concurrency, perSecond }: Bare): Figure {
  return figure(`ceiling: ${operation} of a bare client, ${concurrency} at once`, perSecond, '/s');
}

function figuresOf(calls: MeasuredCalls, bare: readonly Bare[]): Figure[] {
  const { operation, transport, concurrency, perSecond, p50, p99, cpuMs } = calls;
  const name = `${operation} over ${transport}, ${concurrency} at once`;
  const ceiling = bare.find((one) => one.operation === operation && one.concurrency === concurrency);
  const ofCeiling = (perSecond / (ceiling?.perSecond ?? Number.NaN)) * 100;
  return [
    figure(name, perSecond, '/s', isJudgedGet(calls) ? atLeast(leastGets) : undefined),
    figure(`${name}, of the ceiling`, ofCeiling, '%', operation === 'Create' ? atLeast(leastCreates) : undefined),
    figure(`${name}, p50`, p50, 'ms', isJudgedPage(calls) ? atMost(mostPageMs) : undefined),
    figure(`${name}, p99`, p99, 'ms'),
    figure(`${name}, CPU of the service for each`, cpuMs, 'ms'),
  ];
}

/**
 * Figures with targets, scaled to the reference machine.
 *
 * @param patches per second on this machine
 */
function translated(reads: readonly MeasuredCalls[], patches: number): Figure[] {
  return reads.flatMap((calls) => {
    const { operation, transport, concurrency, perSecond, p50 } = calls;
    const name = `${operation} over ${transport}, ${concurrency} at once`;
    if (isJudgedGet(calls)) {
      return [figure(`${name}, ${onReference}`, rateOnReference(perSecond, patches), '/s', atLeast(leastGets))];
    }
    if (!isJudgedPage(calls)) return [];
    return [figure(`${name}, p50, ${onReference}`, timeOnReference(p50, patches), 'ms', atMost(mostPageMs))];
  });
}

function isMany({ concurrency }: Calls): boolean {
  return concurrency === most;
}

function isJudgedGet({ operation, transport, concurrency }: Calls): boolean {
  return operation === 'Get' && transport === 'gRPC' && concurrency === most;
}

function isJudgedPage({ operation, concurrency }: Calls): boolean {
  return operation === 'List' && concurrency === 1;
}

function togetherOf(calls: readonly MeasuredCalls[], reads: readonly MeasuredCalls[]): Figure[] {
  const asked = reads.reduce((sum, { requests }) => sum + requests.length, 0);
  const busiest = Math.max(...calls.map(({ busy }) => busy));
  return [
    figure('requests to the API server for Get and List, with all about their callers', asked, '', exactly(0)),
    figure('the load was busy, at most', busiest * 100, '% of a core', atMost(80)),
  ];
}

function notes(executions: number): string[] {
  return [
    `There are ${executions.toLocaleString('en')} finished executions; Get reads random ones, List walks the pages.`,
    'Get and List are measured on the leader, Create on another replica while nothing reconciles the new executions; the same holds for the ceiling.',
    'Creates over both transports alternate in both orders, and their figures are means; their ceiling is measured before and after.',
    'WFE_RATE_LIMIT and WFE_RATE_BURST are 100000: one caller makes all calls. Reviews of a caller are cached for 10 s (WFE_AUTH_CACHE); each measurement has a new token, and ends before it is reviewed again. Lease renewals and resumed watches are not counted.',
    'gRPC calls share one connection; REST has one for each call in flight.',
  ];
}
