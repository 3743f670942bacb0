import type { Cluster } from '../../test/cluster/index.ts';
import { EtcdStore, keysOf } from './etcd.ts';
import { figure, type Figure } from './figure.ts';
import type { CpuTimes, Component } from './components.ts';

/** What a cost is measured for. */
export type CostSubject = 'an execution' | 'a bare PipelineRun';

/** Name of the figure for a component's CPU time, from which docs/scaling.md is generated. */
export function cpuFigureName(part: Component, of: CostSubject): string {
  return `CPU of ${part} for ${of}`;
}

/** CPU times of all components per subject, in milliseconds. */
export function cpuFigures(times: CpuTimes, count: number, of: CostSubject): Figure[] {
  return [...times].map(([part, ms]) => figure(cpuFigureName(part, of), ms / count, 'ms'));
}

/** Name of the figure for the bytes of one kind of objects in etcd. */
export function bytesFigureName(what: string): string {
  return `bytes in etcd: ${what}`;
}

/**
 * Bytes per execution of each kind of objects in etcd, including keys.
 *
 * @param count number of PipelineRuns that have run in the namespace
 */
export async function bytesFigures(cluster: Cluster, namespace: string, count: number): Promise<Figure[]> {
  const etcd = new EtcdStore(cluster);
  const figures: Figure[] = [];
  for (const [what, prefix] of Object.entries(keysOf(namespace))) {
    const { objects, bytes } = await etcd.stored(prefix);
    // One per execution; the counted ones may include those of other executions, or not exist for every PipelineRun.
    const isOne = what === 'the execution' || what === 'its Lease';
    if (objects > 0) figures.push(figure(bytesFigureName(what), bytes / (isOne ? objects : count), 'bytes'));
  }
  return figures;
}

/** Name of the figure for the requests of Tekton's controller for a PipelineRun of one task. */
export const requestsFigureName = "requests of Tekton's controller for its own objects, for a PipelineRun";

/** Name of the figure for the API server's heap per finished execution with its PipelineRun. */
export const apiServerHeapFigureName = 'heap of the API server for a finished execution';

/** Name of the figure for the garbage collector's requests per deleted execution. */
export const collectorFigureName = 'requests of the garbage collector for an execution';
