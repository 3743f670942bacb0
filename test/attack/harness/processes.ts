import { readFileSync, writeFileSync } from 'node:fs';
import { startService, type ServiceOptions, type ServiceProcess } from '../../support/service.ts';
import { limitMemory, type MemoryLimit } from './memory-limit.ts';

/** The memory limit of the containers in deploy/base, in bytes. */
export const memoryLimit = 2 ** 30;
/** Node.js's old-space limit in such a container, in megabytes. */
const oldSpaceMb = 512;
/** Until the kubelet kills such a container that has not exited after SIGTERM, in milliseconds. */
const gracePeriodMs = 40_000;

/** A process of the service. */
export interface AttackedProcess {
  readonly name: string;
  readonly service: ServiceProcess;
  /** How it exited; undefined while it runs. */
  readonly ended: () => string | undefined;
  /** Ends it as the kubelet does, if necessary with SIGKILL. */
  readonly stop: () => Promise<void>;
}

/** Starts a process of the service with its container's memory limit. */
export async function startLimited(name: string, options: ServiceOptions): Promise<AttackedProcess> {
  const limit = limitMemory(`workflow-execution-attack-${process.pid}-${name.replaceAll(/\W/g, '-')}`, memoryLimit);
  const service = await startService(limited(options, limit));
  let ended: string | undefined;
  void service.exited.then(({ code, signal }) => (ended = signal ?? `exit code ${code}:\n${lastLines(service)}`));
  return {
    name,
    service,
    ended: () => ended,
    async stop() {
      const timer = setTimeout(() => void service.stop('SIGKILL'), gracePeriodMs);
      await service.stop();
      clearTimeout(timer);
      await limit?.remove();
    },
  };
}

/** The last lines contain an uncaught error. */
function lastLines({ log }: ServiceProcess): string {
  return log.slice(-20).join('\n');
}

function limited(options: ServiceOptions, limit: MemoryLimit | undefined): ServiceOptions {
  if (limit !== undefined) return { ...options, wrapper: limit.wrapper };
  // Peak memory is compared with the limit in any case.
  return { ...options, settings: { ...options.settings, NODE_OPTIONS: `--max-old-space-size=${oldSpaceMb}` } };
}

const mebibyte = 2 ** 20;

/** Current and peak resident memory (since {@link resetPeak}) of a process in MiB; 0 if it has exited. */
export function residentMiB(pid: number): { readonly now: number; readonly peak: number } {
  const status = readText(`/proc/${pid}/status`);
  const read = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1_024) / mebibyte;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/** Resets the peak of a process (proc_pid_clear_refs(5)). */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // It has exited, which is detected elsewhere.
  }
}

/**
 * Milliseconds since its start for which the main thread of a process was runnable without a CPU
 * (https://docs.kernel.org/scheduler/sched-stats.html); 0 if unavailable.
 */
export function waitedForCpuMs(pid: number): number {
  return schedulerMs(pid).waited;
}

/** Milliseconds of CPU time of that thread; exact while it is blocked. */
export function usedCpuMs(pid: number): number {
  return schedulerMs(pid).used;
}

function schedulerMs(pid: number): { readonly used: number; readonly waited: number } {
  const [used = '0', waited = '0'] = readText(`/proc/${pid}/task/${pid}/schedstat`).split(' ');
  return { used: Number(used) / 1e6, waited: Number(waited) / 1e6 };
}

/** Empty if it cannot be read, as after the process has exited. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
