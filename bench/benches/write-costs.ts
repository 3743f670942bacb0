import { availableParallelism } from 'node:os';
import { readRecord } from '../../test/cluster/record.ts';
import { ceilingNamespace, type BenchContext } from '../harness/context.ts';
import { measureOthers } from '../harness/others.ts';
import { executionsPath, pipelineRunsPath } from '../load/executions.ts';
import { createOne } from '../load/finished.ts';
import { mean } from '../load/interval.ts';
import { executionsIn, leasesIn, pipelineRunsIn, type Subject } from '../load/subjects.ts';
import { measureThroughput } from '../load/throughput.ts';
import { ofEachWrite, type Machine } from '../simulation/model.ts';
import { concurrency } from './measured-burst.ts';

/** What writes cost. Times are milliseconds. */
export type WriteCosts = Pick<Machine, 'cpuMs' | 'writeDelayMs'>;

/** Cores of this machine. */
export const cores = availableParallelism();

/**
 * What writes cost a bare client while two watches show them, as they do in a burst: of the load, and of the leader or of who
 * plays Tekton. Many at once keep all cores busy that others leave, so that the rate tells the CPU time.
 *
 * Among others, and on objects that are whole, each costs more than alone on small ones. So executions and their PipelineRuns
 * are written from beginning to end, too, and by as much as that is more than its four writes alone, each is.
 */
export async function measureWriteCosts(context: BenchContext): Promise<WriteCosts> {
  const [executions, runs] = [executionsIn(ceilingNamespace), pipelineRunsIn(ceilingNamespace)];
  const stop = new AbortController();
  await watchTwice(context, ceilingNamespace, stop.signal);
  const alone = await context.rates(1);
  const [create, patch] = await cpuMsOf(context, executions);
  const [createRun, patchRun] = await cpuMsOf(context, runs);
  const createLease = await cpuMsOfLease(context);
  const among = (await cpuMsTogether(context, stop.signal)) / (create + patch + createRun + patchRun);
  stop.abort();
  const each = { create, patch, createRun, patchRun, createLease };
  return {
    cpuMs: ofEachWrite((write) => each[write] * among),
    writeDelayMs: Math.max(0, alone.patchP50Ms - patch),
  };
}

async function watchTwice(context: BenchContext, namespace: string, signal: AbortSignal): Promise<void> {
  const [executions, runs] = [executionsPath(namespace), pipelineRunsPath(namespace)];
  const paths = [executions, executions, runs, runs];
  await Promise.all(paths.map((path) => context.api.watch(path, () => undefined, signal)));
}

/** The means of what was measured several times. */
export function meanCosts(costs: readonly WriteCosts[]): WriteCosts {
  return {
    cpuMs: ofEachWrite((write) => mean(costs.map(({ cpuMs }) => cpuMs[write]))),
    writeDelayMs: mean(costs.map(({ writeDelayMs }) => writeDelayMs)),
  };
}

/** The processes whose CPU time is what a write costs, beside the one that asks for it. */
export function controlPlane({ cluster }: BenchContext): readonly number[] {
  const { processes = {} } = readRecord(cluster.directory) ?? {};
  return ['kube-apiserver', 'etcd', 'tekton-webhook'].flatMap((name) => processes[name]?.pid ?? []);
}

/** Of one create, and of one patch, each alone. */
async function cpuMsOf(context: BenchContext, subject: Subject): Promise<readonly [create: number, patch: number]> {
  const { rates, freeMs } = await besideOthers(context, () => context.rates(concurrency, secondsOf(context), subject));
  return [freeMs / rates.createsPerSecond, freeMs / rates.patchesPerSecond];
}

/** Of the create of a Lease. */
async function cpuMsOfLease(context: BenchContext): Promise<number> {
  const { path, create } = leasesIn(ceilingNamespace);
  const { rates, freeMs } = await besideOthers(context, () =>
    measureThroughput(concurrency, secondsOf(context), async (number) => {
      await context.api.must('POST', path, create(`lease-${number}`));
    }),
  );
  await context.api.must('DELETE', path);
  return freeMs / rates.perSecond;
}

/** Of the four writes of an execution together, the two of its PipelineRun among them. */
async function cpuMsTogether(context: BenchContext, signal: AbortSignal): Promise<number> {
  const namespace = await context.namespace();
  await watchTwice(context, namespace, signal);
  const { rates, freeMs } = await besideOthers(context, () =>
    measureThroughput(concurrency, 2 * secondsOf(context), (number) =>
      createOne(context.api, namespace, `execution-${number}`),
    ),
  );
  return freeMs / rates.perSecond;
}

/** Measures rates, and how many milliseconds of CPU time others have left for them in a second meanwhile. */
async function besideOthers<T>(
  context: BenchContext,
  measure: () => Promise<T>,
): Promise<{ readonly rates: T; readonly freeMs: number }> {
  const others = measureOthers([...controlPlane(context), process.pid]);
  const rates = await measure();
  return { rates, freeMs: (cores - others()) * 1_000 };
}

function secondsOf(context: BenchContext): number {
  return context.size(4, 2);
}
