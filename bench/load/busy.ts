import { now } from './clock.ts';

/** Begins to measure how busy this process is; what is returned says it, as a part of one core, since then. */
export function measureBusy(): () => number {
  const [before, begun] = [process.cpuUsage(), now()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / (now() - begun);
  };
}
