import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Cache } from './cache.ts';
import { ClusterError, messageOf } from './errors.ts';

const gigabyte = 1024 ** 3;

/** Required space in a directory. */
export interface SpaceNeed {
  readonly directory: string;
  readonly gigabytes: number;
}

/**
 * Checks for free space before anything is written. Needs on one file system add up.
 *
 * @param purpose completes "There is not enough disk space ..."
 * @throws ClusterError with the directory, the free and the required space
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

/** The directory or its closest existing ancestor, which is on the same disk. */
function existing(directory: string): string {
  return existsSync(directory) ? directory : existing(dirname(directory));
}

/**
 * Creates the cache directory and checks that it is writable.
 *
 * @throws ClusterError
 */
export function requireCache({ root }: Cache): void {
  try {
    makeDirectory(root);
    accessSync(root, constants.W_OK);
  } catch (error) {
    throw new ClusterError(
      `The cache directory ${root} cannot be used: ${messageOf(error)}. Name another one in WFE_CLUSTER_CACHE.`,
    );
  }
}

/** One level at a time: Node's recursive mkdir never ends in a file system that refuses directories, such as /proc. */
function makeDirectory(directory: string): void {
  if (!existsSync(directory)) {
    makeDirectory(dirname(directory));
    mkdirSync(directory);
  } else if (!statSync(directory).isDirectory()) {
    throw new Error(`${directory} is not a directory`);
  }
}
