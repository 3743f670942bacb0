import { mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClusterError } from './errors.ts';

const gigabyte = 1024 ** 3;

/** Space that something needs in a directory. */
export interface SpaceNeed {
  readonly directory: string;
  readonly gigabytes: number;
}

/**
 * Checks that there is room before anything is written. Directories of one file system need the sum.
 *
 * @param purpose completes "There is not enough disk space ..."
 * @throws ClusterError that names the directory, what is free and what is needed
 */
export function requireSpace(purpose: string, needs: readonly SpaceNeed[]): void {
  const totals = new Map<number, SpaceNeed>();
  for (const need of needs) {
    const directory = existing(need.directory);
    const { dev } = statSync(directory);
    const gigabytes = (totals.get(dev)?.gigabytes ?? 0) + need.gigabytes;
    totals.set(dev, { directory: totals.get(dev)?.directory ?? directory, gigabytes });
  }
  for (const { directory, gigabytes } of totals.values()) requireOn(directory, gigabytes, purpose);
}

function requireOn(directory: string, gigabytes: number, purpose: string): void {
  const { bavail, bsize } = statfsSync(directory);
  const free = (bavail * bsize) / gigabyte;
  if (free >= gigabytes) return;
  throw new ClusterError(
    `There is not enough disk space ${purpose}: ${directory} has ${free.toFixed(1)} GB free and ` +
      `${gigabytes.toFixed(1)} GB are needed. Free some, or name a directory elsewhere in WFE_CLUSTER_CACHE.`,
  );
}

function existing(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true });
    return directory;
  } catch {
    return dirname(directory) === directory ? directory : existing(dirname(directory));
  }
}
