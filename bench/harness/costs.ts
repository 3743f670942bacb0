import { figure, type Figure } from './figure.ts';
import type { CpuTimes, Part } from './parts.ts';

/** What costs something. */
export type Costly = 'an execution' | 'a bare PipelineRun';

/** Name of the figure that tells the CPU time of a part; docs/scaling.md is made from it. */
export function cpuFigureName(part: Part, of: Costly): string {
  return `CPU of ${part} for ${of}`;
}

/** CPU times of all parts for one of so many, in milliseconds. */
export function cpuFigures(times: CpuTimes, count: number, of: Costly): Figure[] {
  return [...times].map(([part, ms]) => figure(cpuFigureName(part, of), ms / count, 'ms'));
}

/** Name of the figure that tells the bytes of one kind of objects in etcd. */
export function bytesFigureName(what: string): string {
  return `bytes in etcd: ${what}`;
}

/** Bytes of one kind of objects in etcd, keys included, for an execution. */
export function bytesFigure(what: string, bytes: number): Figure {
  return figure(bytesFigureName(what), bytes, 'bytes');
}

/** Name of the figure that tells with how many requests Tekton's controller works on a PipelineRun of one task. */
export const requestsFigureName = "requests of Tekton's controller for its own objects, for a PipelineRun";
