import { readdirSync, readFileSync } from 'node:fs';

/** Resource usage of a process. */
export interface ProcessUsage {
  /** CPU time of all its threads since its start, in milliseconds, to the nearest 10. */
  readonly cpuMs: number;
  /** Resident memory, in bytes. */
  readonly residentBytes: number;
  /** Peak resident memory, in bytes. */
  readonly peakBytes: number;
  /** Open file descriptors: sockets, files, and Node's own. */
  readonly handles: number;
}

/** In bytes. */
export const mebibyte = 1024 * 1024;

/** Milliseconds of a clock tick of proc(5): 100 a second on Linux. */
export const tickMs = 10;

/** Resource usage of a process, from proc(5). */
export function usageOf(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  // After the name, which may contain anything, utime and stime are the twelfth and thirteenth fields.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    residentBytes: bytesIn(status, 'VmRSS'),
    peakBytes: bytesIn(status, 'VmHWM'),
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}

function bytesIn(status: string, name: string): number {
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return Number(kibibytes) * 1024;
}
