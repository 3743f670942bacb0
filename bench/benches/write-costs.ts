import { availableParallelism } from 'node:os';
import { readRecord } from '../../test/cluster/record.ts';
import { ceilingNamespace, type BenchContext } from '../harness/context.ts';
import { measureOthers } from '../harness/others.ts';
import { mean } from '../load/interval.ts';
import { executionsIn, pipelineRunsIn, type Subject } from '../load/subjects.ts';
import type { Machine } from '../simulation/model.ts';
import { concurrency } from './measured-burst.ts';

/** What writes cost. Times are milliseconds. */
export type WriteCosts = Pick<Machine, 'cpuMs' | 'writeDelayMs'>;

/** Cores of this machine. */
export const cores = availableParallelism();

/**
 * What writes cost a bare client while two watches show them, as they do in a burst: of the load, and of the leader or of who
 * plays Tekton. Many at once keep all cores busy that others leave, so that the rate tells the CPU time.
 */
export async function measureWriteCosts(context: BenchContext): Promise<WriteCosts> {
  const [executions, runs] = [executionsIn(ceilingNamespace), pipelineRunsIn(ceilingNamespace)];
  const stop = new AbortController();
  const paths = [executions, executions, runs, runs].map(({ path }) => path);
  await Promise.all(paths.map((path) => context.api.watch(path, () => undefined, stop.signal)));
  const alone = await context.rates(1);
  const [create, patch] = await cpuMsOf(context, executions);
  const [createRun, patchRun] = await cpuMsOf(context, runs);
  stop.abort();
  return { cpuMs: { create, patch, createRun, patchRun }, writeDelayMs: Math.max(0, alone.patchP50Ms - patch) };
}

/** The means of what was measured several times. */
export function meanCosts(costs: readonly WriteCosts[]): WriteCosts {
  const middle = (of: (one: WriteCosts) => number) => mean(costs.map(of));
  return {
    cpuMs: {
      create: middle(({ cpuMs }) => cpuMs.create),
      patch: middle(({ cpuMs }) => cpuMs.patch),
      createRun: middle(({ cpuMs }) => cpuMs.createRun),
      patchRun: middle(({ cpuMs }) => cpuMs.patchRun),
    },
    writeDelayMs: middle(({ writeDelayMs }) => writeDelayMs),
  };
}

/** The processes whose CPU time is what a write costs, beside the one that asks for it. */
export function controlPlane({ cluster }: BenchContext): readonly number[] {
  const { processes = {} } = readRecord(cluster.directory) ?? {};
  return ['kube-apiserver', 'etcd', 'tekton-webhook'].flatMap((name) => processes[name]?.pid ?? []);
}

async function cpuMsOf(context: BenchContext, subject: Subject): Promise<readonly [create: number, patch: number]> {
  const others = measureOthers([...controlPlane(context), process.pid]);
  const { createsPerSecond, patchesPerSecond } = await context.rates(concurrency, context.size(4, 2), subject);
  const freeMs = (cores - others()) * 1_000;
  return [freeMs / createsPerSecond, freeMs / patchesPerSecond];
}
