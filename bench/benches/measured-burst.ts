import { makeCaller, oneCallerForAll } from '../harness/caller.ts';
import type { BenchContext, StartedService } from '../harness/context.ts';
import { againstCeiling } from '../harness/reference.ts';
import { isNewExecution, isOfLeadership, isWrite, serviceUser, type ApiRequest } from '../harness/requests.ts';
import type { BenchService } from '../harness/service.ts';
import { forEachParallel, numbers } from '../../test/support/parallel.ts';
import { measureBusy } from '../load/busy.ts';
import { now } from '../load/clock.ts';
import { overGrpc } from '../load/execution-api.ts';
import { mean } from '../load/interval.ts';
import { Timelines, type Create, type Timeline } from '../load/timelines.ts';

/** Number of concurrent creates. */
export const concurrency = 32;

/** Interval of progress lines in milliseconds. */
const progressEveryMs = 500;

/** How executions are created: as by kubectl, or as by RemediationOrchestrator through the service under test. */
export type Transport = 'on the API server' | 'over gRPC';

/** Options of a burst. */
export interface BurstOptions {
  readonly count: number;
  /** Default: on the API server. */
  readonly transport?: Transport;
}

/** Measurements of a burst, or of several combined. */
export interface BurstMeasures {
  readonly timelines: readonly Timeline[];
  /** Executions per second, from the first create to the last observed terminal phase. */
  readonly perSecond: number;
  /** The same until all audit events were reported as recorded. */
  readonly recordedPerSecond: number;
  /** The service's CPU time per execution until then, in milliseconds. */
  readonly cpuMs: number;
  /** All requests to the API server until then. */
  readonly requests: readonly ApiRequest[];
  /** Use of a core, as fractions. */
  readonly busy: { readonly load: number; readonly fakeTekton: number };
}

/** One burst. */
export interface MeasuredBurst extends BurstMeasures {
  readonly namespace: string;
  /** Time of the first create, by `now`. */
  readonly startedAt: number;
}

/** Creates executions in a new namespace with {@link concurrency}, and waits until all are recorded. */
export async function measureBurst(
  context: BenchContext,
  service: BenchService,
  { count, transport = 'on the API server' }: BurstOptions,
): Promise<MeasuredBurst> {
  const namespace = await context.namespace();
  const create = transport === 'over gRPC' ? await createOverGrpc(context, service, namespace) : undefined;
  const timelines = await Timelines.open(context.api, namespace, context.signal, create);
  context.defer(() => timelines.close());
  const fakeTekton = await context.startFakeTekton(namespace, (name, at) => timelines.ended(name, at));
  const progress = setInterval(
    () => context.showProgress(`${timelines.terminal}/${count} have ended`),
    progressEveryMs,
  );
  try {
    fakeTekton.begin();
    const busy = measureBusy();
    const [cpuBefore, wallStart, startedAt] = [service.usage().cpuMs, Date.now(), now()];
    const name = (number: number) => `oomkill-increase-memory-${String(number).padStart(5, '0')}`;
    await forEachParallel(concurrency, numbers(count), async (number) => {
      await timelines.create({ name: name(number) });
    });
    await timelines.allTerminal();
    const seconds = (now() - startedAt) / 1_000;
    const [load, other] = [busy(), await fakeTekton.busy()];
    await timelines.allRecorded();
    requireCompleted(timelines.all);
    const recordedSeconds = (now() - startedAt) / 1_000;
    return {
      ...{ namespace, timelines: timelines.all, startedAt, busy: { load, fakeTekton: other } },
      perSecond: count / seconds,
      recordedPerSecond: count / recordedSeconds,
      cpuMs: (service.usage().cpuMs - cpuBefore) / count,
      requests: await context.requests(wallStart, Date.now()),
    };
  } finally {
    clearInterval(progress);
  }
}

/** Creates as a caller whose reviews are not cached. */
async function createOverGrpc(context: BenchContext, { grpc, ca }: BenchService, namespace: string): Promise<Create> {
  const caller = await makeCaller(context.api, namespace, 'creator');
  const client = overGrpc({ address: grpc, ca, token: await caller.token() }, namespace);
  context.defer(() => client.close());
  return (options) => client.create(options);
}

/** Number of bursts that alternate with the ceiling. */
export function repetitionsOf(context: BenchContext): number {
  return context.size(3, 1);
}

/** Number of executions of a burst. */
export function burstSize(context: BenchContext): number {
  return context.size(1_000, 200);
}

/** Runs `work` on a warm service, which is stopped afterwards. */
export async function withWarmService<T>(
  context: BenchContext,
  work: (service: StartedService) => Promise<T>,
  transport?: Transport,
): Promise<T> {
  const service = await startWarmService(context, { transport });
  const result = await work(service);
  await service.stop();
  return result;
}

/** Bursts over each transport, and the ceiling. */
export interface BurstsAgainstCeiling {
  readonly onApiServer: readonly MeasuredBurst[];
  readonly overGrpc: readonly MeasuredBurst[];
  /** Status patches per second, 32 at once: mean of before, between and after. */
  readonly patches: number;
}

/** Measures bursts on warm services, alternating with the ceiling. */
export async function measureBurstsAgainstCeiling(context: BenchContext): Promise<BurstsAgainstCeiling> {
  const count = burstSize(context);
  const burst = (transport: Transport) =>
    withWarmService(context, (service) => measureBurst(context, service, { count, transport }), transport);
  const both = async () => ({ onApiServer: await burst('on the API server'), overGrpc: await burst('over gRPC') });
  const { measured, ceiling } = await againstCeiling(context, both, { times: repetitionsOf(context) });
  return {
    onApiServer: measured.map(({ onApiServer }) => onApiServer),
    overGrpc: measured.map(({ overGrpc }) => overGrpc),
    patches: ceiling.patchesPerSecond,
  };
}

/** Combines bursts of the same size. */
export function combined(bursts: readonly BurstMeasures[]): BurstMeasures {
  const perSecond = (of: (burst: BurstMeasures) => number) => 1 / mean(bursts.map((burst) => 1 / of(burst)));
  return {
    timelines: bursts.flatMap(({ timelines }) => timelines),
    perSecond: perSecond((burst) => burst.perSecond),
    recordedPerSecond: perSecond((burst) => burst.recordedPerSecond),
    cpuMs: mean(bursts.map(({ cpuMs }) => cpuMs)),
    requests: bursts.flatMap(({ requests }) => requests),
    busy: {
      load: Math.max(...bursts.map(({ busy }) => busy.load)),
      fakeTekton: Math.max(...bursts.map(({ busy }) => busy.fakeTekton)),
    },
  };
}

/** Other outcomes would invalidate the load. */
function requireCompleted(timelines: readonly Timeline[]): void {
  const other = timelines.find(({ phase }) => phase !== 'Completed');
  if (other !== undefined) throw new Error(`${other.name} was to complete, and is ${other.phase}`);
}

/**
 * Starts the service and warms it up, so that V8's compiler is not measured.
 *
 * @param transport of the warm-up executions, default on the API server
 * @param settings (WFE_…) over the shipped ones
 */
export async function startWarmService(
  context: BenchContext,
  {
    transport,
    settings,
  }: { readonly transport?: Transport; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<StartedService> {
  const service = await context.startService({ ...(transport === 'over gRPC' && oneCallerForAll), ...settings });
  context.step('warming up');
  await measureBurst(context, service, { count: context.size(200, 50), transport });
  return service;
}

/**
 * Writes per execution: by the service without creates, and in total, including the create and the end of its PipelineRun.
 */
export function writesPerExecution({ requests, timelines }: BurstMeasures): { service: number; all: number } {
  const writes = requests.filter((request) => isWrite(request) && !isOfLeadership(request));
  const own = writes.filter((request) => request.user === serviceUser && !isNewExecution(request));
  return { service: own.length / timelines.length, all: writes.length / timelines.length };
}
