import { now } from './clock.ts';

/** Starts measuring this process's CPU use; the returned function yields it as a fraction of one core. */
export function measureBusy(): () => number {
  const [before, begun] = [process.cpuUsage(), now()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / (now() - begun);
  };
}
