import { readdirSync, readFileSync } from 'node:fs';

/** What a process has taken so far, and holds now. */
export interface ProcessUsage {
  /** CPU time of all its threads since its start, in milliseconds, to the nearest 10. */
  readonly cpuMs: number;
  /** Resident memory, in bytes. */
  readonly residentBytes: number;
  /** The most resident memory that it has had, in bytes. */
  readonly peakBytes: number;
  /** File descriptors that are open: sockets, files, and Node's own. */
  readonly handles: number;
}

/** In bytes. */
export const mebibyte = 1024 * 1024;

/** Milliseconds of a clock tick of proc(5): 100 a second on Linux. */
export const tickMs = 10;

/** What a process takes, from proc(5). */
export function usageOf(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  // After the name, which may hold anything, utime and stime are the twelfth and thirteenth field.
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
