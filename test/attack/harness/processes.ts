import { readFileSync, writeFileSync } from 'node:fs';
import { startService, type ServiceOptions, type ServiceProcess } from '../../support/service.ts';
import { limitMemory, type MemoryLimit } from './memory-limit.ts';

/** The memory limit of the containers in deploy/base, in bytes. */
export const memoryLimit = 2 ** 30;
/** What Node.js makes of that limit in a container: megabytes of the old generation. */
const oldSpaceMb = 512;

/** A process of the service that is attacked, or beside it. */
export interface AttackedProcess {
  readonly name: string;
  readonly service: ServiceProcess;
  /** How it has ended; undefined while it runs. */
  readonly ended: () => string | undefined;
  readonly stop: () => Promise<void>;
}

/** Starts a process of the service with the memory of its container. */
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
      await service.stop();
      await limit?.remove();
    },
  };
}

/** An uncaught error is in the last lines. */
function lastLines({ log }: ServiceProcess): string {
  return log.slice(-20).join('\n');
}

function limited(options: ServiceOptions, limit: MemoryLimit | undefined): ServiceOptions {
  if (limit !== undefined) return { ...options, wrapper: limit.wrapper };
  // The peak of the resident memory is compared with the limit, in any case.
  return { ...options, settings: { ...options.settings, NODE_OPTIONS: `--max-old-space-size=${oldSpaceMb}` } };
}

const mebibyte = 2 ** 20;

/** Resident memory of a process in MiB, now and at most since {@link resetPeak}; 0 when it has ended. */
export function residentMiB(pid: number): { readonly now: number; readonly peak: number } {
  const status = readText(`/proc/${pid}/status`);
  const read = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1_024) / mebibyte;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/** Forgets the peak of a process (proc_pid_clear_refs(5)). */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // It has ended, which is found elsewhere.
  }
}

/**
 * For how long the main thread of a process, which runs its event loop, was ready to run and had no processor, in
 * milliseconds since its start (https://docs.kernel.org/scheduler/sched-stats.html); 0 where the kernel does not say.
 */
export function waitedForCpuMs(pid: number): number {
  return schedulerMs(pid).waited;
}

/** For how long that thread had a processor; exact while it waits for something to do. */
export function usedCpuMs(pid: number): number {
  return schedulerMs(pid).used;
}

function schedulerMs(pid: number): { readonly used: number; readonly waited: number } {
  const [used = '0', waited = '0'] = readText(`/proc/${pid}/task/${pid}/schedstat`).split(' ');
  return { used: Number(used) / 1e6, waited: Number(waited) / 1e6 };
}

/** Empty when it cannot be read, as when the process has ended. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
