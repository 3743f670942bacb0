import { readFileSync } from 'node:fs';
import { now } from '../load/clock.ts';
import { tickMs, usageOf } from './process-usage.ts';

/**
 * Begins to measure how many cores are taken by other processes than these, and by the kernel and the machine's host; what is
 * returned says it, since then.
 */
export function measureOthers(pids: readonly number[]): () => number {
  const [begun, all, own] = [now(), busyMs(), cpuMsOf(pids)];
  return () => Math.max(0, (busyMs() - all - (cpuMsOf(pids) - own)) / (now() - begun));
}

function cpuMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + usageOf(pid).cpuMs, 0);
}

/** What all cores have done since the machine was started, in milliseconds of one, by proc(5). */
function busyMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(/ +/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * tickMs;
}
