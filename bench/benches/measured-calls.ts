import type { Caller } from '../harness/caller.ts';
import type { BenchContext } from '../harness/context.ts';
import { isOfService, type ApiRequest } from '../harness/requests.ts';
import type { BenchService } from '../harness/service.ts';
import { measureBusy } from '../load/busy.ts';
import { now } from '../load/clock.ts';
import {
  overGrpc,
  overRest,
  pageOfJson,
  pagePath,
  pageSize,
  type ExecutionApi,
  type Page,
} from '../load/execution-api.ts';
import { executionsPath } from '../load/executions.ts';
import { mean } from '../load/interval.ts';
import { quantiles, type Quantiles } from '../load/quantiles.ts';
import { measureThroughput, type Throughput } from '../load/throughput.ts';

/** A kind of calls. */
export interface Calls {
  readonly operation: 'Create' | 'Get' | 'List';
  readonly transport: 'gRPC' | 'REST';
  readonly concurrency: number;
}

/** The target of the calls. */
export interface CallsOn {
  readonly service: BenchService;
  readonly caller: Caller;
  readonly namespace: string;
  /** Number of existing executions, created by `createFinished`. */
  readonly executions: number;
}

/** Measurements of calls over some seconds. */
export interface MeasuredCalls extends Calls, Quantiles {
  readonly perSecond: number;
  /** The service's CPU time per call in milliseconds. */
  readonly cpuMs: number;
  /** Load generator's use of one core, as a fraction. */
  readonly busy: number;
  /** The service's requests to the API server meanwhile, without leader election and watches. */
  readonly requests: readonly ApiRequest[];
}

/** Warm-up in seconds; including it, calls end before the caller's cached review expires. */
const warmUpSeconds = 1;
/** A prime, so that reads are spread over all executions. */
const stride = 7_919;

/** Warms up all calls, so that V8 has compiled them. */
export async function warmUp(context: BenchContext, all: readonly Calls[], on: CallsOn): Promise<void> {
  for (const calls of all) await measureCalls(context, calls, on);
}

/** Calls the service repeatedly with some concurrency, as a caller whose reviews are not cached. */
export async function measureCalls(context: BenchContext, calls: Calls, on: CallsOn): Promise<MeasuredCalls> {
  const { operation, transport, concurrency } = calls;
  context.step(`${operation} over ${transport}, ${concurrency} at once`);
  const { service, namespace } = on;
  const token = await on.caller.token();
  const [open, address] = transport === 'gRPC' ? [overGrpc, service.grpc] : [overRest, service.http];
  const api = open({ address, ca: service.ca, token }, namespace);
  try {
    const work = workOf(api, operation, on.executions);
    await measureThroughput(concurrency, warmUpSeconds, work);
    const [busy, cpuBefore, from] = [measureBusy(), service.usage().cpuMs, Date.now()];
    const { perSecond, latencies } = await measureThroughput(concurrency, context.size(6, 2), work);
    const [loadBusy, cpuMs, to] = [busy(), service.usage().cpuMs - cpuBefore, Date.now()];
    const requests = (await context.requests(from, to)).filter(isOfService);
    return {
      ...{ ...calls, ...quantiles(latencies), perSecond, requests },
      ...{ cpuMs: cpuMs / latencies.length, busy: loadBusy },
    };
  } finally {
    await api.close();
  }
}

/** Combines measurements of the same calls: means, and the maximum use of a core. */
export function meanOf(measured: readonly MeasuredCalls[]): MeasuredCalls {
  const [first] = measured;
  if (first === undefined) throw new Error('nothing was measured');
  const meanBy = (of: (one: MeasuredCalls) => number): number => mean(measured.map(of));
  return {
    ...first,
    p50: meanBy(({ p50 }) => p50),
    p95: meanBy(({ p95 }) => p95),
    p99: meanBy(({ p99 }) => p99),
    perSecond: meanBy(({ perSecond }) => perSecond),
    cpuMs: meanBy(({ cpuMs }) => cpuMs),
    busy: Math.max(...measured.map(({ busy }) => busy)),
    requests: measured.flatMap(({ requests }) => requests),
  };
}

/** The same reads on the API server by a bare client, as the ceiling. */
export function measureBareReads(
  context: Pick<BenchContext, 'api' | 'size'>,
  {
    operation,
    concurrency,
    namespace,
    executions,
  }: Omit<Calls, 'transport'> & Pick<CallsOn, 'namespace' | 'executions'>,
): Promise<Throughput> {
  const path = executionsPath(namespace);
  const read = async (url: string): Promise<string> => {
    const { status, text } = await context.api.call('GET', url);
    if (status !== 200) throw new Error(`GET ${url}: ${status} ${text}`);
    return text;
  };
  const get = async (name: string): Promise<void> => void (await read(`${path}/${name}`));
  const list = async (token?: string): Promise<Page> => pageOfJson(await read(pagePath(path, token)));
  const none = (): Promise<void> => Promise.resolve();
  return measureThroughput(concurrency, context.size(3, 1), workOf({ get, list, create: none }, operation, executions));
}

function workOf(
  api: Pick<ExecutionApi, 'create' | 'get' | 'list'>,
  operation: Calls['operation'],
  executions: number,
): () => Promise<void> {
  const begun = Math.round(now());
  let count = 0;
  if (operation === 'Create') return () => api.create({ name: `execution-${begun}-${(count += 1)}` });
  if (operation === 'Get') return () => api.get(`execution-${((count += 1) * stride) % executions}`);
  return walk(api);
}

/** Reads pages, each the successor of a completed one: as many walks as concurrent calls. */
function walk({ list }: Pick<ExecutionApi, 'list'>): () => Promise<void> {
  const tokens: (string | undefined)[] = [];
  let checked = false;
  return async () => {
    const page = await list(tokens.pop());
    if (page.next !== undefined && !checked) {
      checked = true;
      if (page.count() !== pageSize) throw new Error(`a page has ${page.count()} executions, not ${pageSize}`);
    }
    tokens.push(page.next);
  };
}
