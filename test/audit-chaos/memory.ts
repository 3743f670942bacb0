import { readFileSync } from 'node:fs';
import type { Replica } from '../chaos/harness/replica.ts';

/** Milliseconds between samples. */
const everyMs = 500;

/** Samples the peak memory of the processes of a replica, in bytes. */
export function sampleMemory(replica: Replica): { peak(): number; stop(): void } {
  let peak = 0;
  const sample = (pid: number): void => void (peak = Math.max(peak, peakMemoryOf(pid)));
  const timer = setInterval(() => void replica.up().then(({ pid }) => sample(pid)), everyMs);
  return { peak: () => peak, stop: () => clearInterval(timer) };
}

/** `VmHWM` of proc(5), in bytes; 0 if the process is gone. */
function peakMemoryOf(pid: number): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
