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

/** How many executions are created at once. */
export const concurrency = 32;

/** Milliseconds between two lines of progress. */
const progressEveryMs = 500;

/** How executions are created: as kubectl does it, or as RemediationOrchestrator does, by the service under test itself. */
export type Transport = 'on the API server' | 'over gRPC';

/** What is created, and how. */
export interface BurstOptions {
  readonly count: number;
  /** Default: on the API server. */
  readonly transport?: Transport;
  /** Of an execution, by its number; default: one of its own for each. */
  readonly targetOf?: (number: number) => string;
}

/** What a burst was like, or several together. */
export interface BurstMeasures {
  readonly timelines: readonly Timeline[];
  /** Executions a second, from the first create until the last terminal phase was seen. */
  readonly perSecond: number;
  /** The same until all audit events were said to be recorded. */
  readonly recordedPerSecond: number;
  /** CPU time of the service for each execution until then, in milliseconds. */
  readonly cpuMs: number;
  /** All that was asked of the API server until then. */
  readonly requests: readonly ApiRequest[];
  /** How busy the load, and who plays Tekton, were, as parts of one core. */
  readonly busy: { readonly load: number; readonly completer: number };
}

/** One burst. */
export interface MeasuredBurst extends BurstMeasures {
  readonly namespace: string;
  /** When the first create was sent, on the clock of `now`. */
  readonly begunAt: number;
}

/** Creates executions, {@link concurrency} at once, in a namespace of their own, and waits until everything is said of each. */
export async function measureBurst(
  context: BenchContext,
  service: BenchService,
  { count, transport = 'on the API server', targetOf }: BurstOptions,
): Promise<MeasuredBurst> {
  const namespace = await context.namespace();
  const create = transport === 'over gRPC' ? await createOverGrpc(context, service, namespace) : undefined;
  const stories = await Timelines.open(context.api, namespace, context.signal, create);
  context.defer(() => stories.close());
  const completer = await context.startCompleter(namespace, (name, at) => stories.ended(name, at));
  const telling = setInterval(() => context.showProgress(`${stories.terminal}/${count} have ended`), progressEveryMs);
  try {
    completer.begin();
    const busy = measureBusy();
    const [cpuBefore, wallBegun, begunAt] = [service.usage().cpuMs, Date.now(), now()];
    const name = (number: number) => `oomkill-increase-memory-${String(number).padStart(5, '0')}`;
    await forEachParallel(concurrency, numbers(count), async (number) => {
      await stories.create({ name: name(number), target: targetOf?.(number) });
    });
    await stories.allTerminal();
    const seconds = (now() - begunAt) / 1_000;
    const [load, other] = [busy(), await completer.busy()];
    await stories.allRecorded();
    if (targetOf === undefined) requireCompleted(stories.all);
    const recordedSeconds = (now() - begunAt) / 1_000;
    return {
      ...{ namespace, timelines: stories.all, begunAt, busy: { load, completer: other } },
      perSecond: count / seconds,
      recordedPerSecond: count / recordedSeconds,
      cpuMs: (service.usage().cpuMs - cpuBefore) / count,
      requests: await context.requests(wallBegun, Date.now()),
    };
  } finally {
    clearInterval(telling);
  }
}

/** As a caller that the service has only just come to know. */
async function createOverGrpc(context: BenchContext, { grpc, ca }: BenchService, namespace: string): Promise<Create> {
  const caller = await makeCaller(context.api, namespace, 'creator');
  const client = overGrpc({ address: grpc, ca, token: await caller.token() }, namespace);
  context.defer(() => client.close());
  return (options) => client.create(options);
}

/** How many bursts are measured in turn with what they are held against: more than one where it counts. */
export function repetitionsOf(context: BenchContext): number {
  return context.size(3, 1);
}

/** How many executions a burst has. */
export function burstSize(context: BenchContext): number {
  return context.size(1_000, 200);
}

/** Gives work a service that has run for a while, and ends it. */
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

/** Bursts of the same size, in each way, and what a bare client can do. */
export interface BurstsAgainstCeiling {
  readonly onApiServer: readonly MeasuredBurst[];
  readonly overGrpc: readonly MeasuredBurst[];
  /** Status patches a second, 32 at once, before, between and after. */
  readonly patches: number;
}

/** Bursts, each of a service that has run for a while, in turns with the ceiling. */
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

/** Bursts of the same size as one. */
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
      completer: Math.max(...bursts.map(({ busy }) => busy.completer)),
    },
  };
}

/** Executions that did something else were no load. */
function requireCompleted(stories: readonly Timeline[]): void {
  const other = stories.find(({ phase }) => phase !== 'Completed');
  if (other !== undefined) throw new Error(`${other.name} was to complete, and is ${other.phase}`);
}

/**
 * Starts the service, and has it run some executions: a service that has run for a while is what is measured, not V8's
 * compiler.
 *
 * @param transport how these are created, default on the API server
 * @param settings (WFE_…) over those it is shipped with
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
 * Writes for each execution: of the service for it, beside its creation whoever does that, and of everybody, its creation
 * and the end of its PipelineRun included.
 */
export function writesPerExecution({ requests, timelines }: BurstMeasures): { service: number; all: number } {
  const writes = requests.filter((request) => isWrite(request) && !isOfLeadership(request));
  const own = writes.filter((request) => request.user === serviceUser && !isNewExecution(request));
  return { service: own.length / timelines.length, all: writes.length / timelines.length };
}
