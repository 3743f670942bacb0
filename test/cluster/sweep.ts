import { clusterDirectory, clusterNames, type Cache } from './cache.ts';
import { removeCluster } from './cleanup.ts';
import { tryLock } from './lock.ts';
import { isAlive } from './process.ts';
import type { Progress } from './progress.ts';
import { readRecord, type ClusterRecord } from './record.ts';

/**
 * Removes the clusters that nobody will ever take down: their owner has died, or their start was cut short.
 * A cluster whose lock is held is being dealt with by another process and is left to it.
 */
export async function sweep(cache: Cache, progress: Progress): Promise<void> {
  for (const name of clusterNames(cache)) {
    const directory = clusterDirectory(cache, name);
    if (!orphanReason(readRecord(directory))) continue;
    const held = await tryLock(cache, `cluster ${name}`);
    if (!held) continue;
    try {
      // Again, now that nobody changes it.
      const reason = orphanReason(readRecord(directory));
      if (!reason) continue;
      progress(`Removing cluster ${name}: ${reason}`);
      await removeCluster(directory);
    } finally {
      await held.release();
    }
  }
}

/** Why a cluster is nobody's any more, or undefined when it is somebody's. */
export function orphanReason(record: ClusterRecord | undefined): string | undefined {
  if (!record) return 'its record is missing or unreadable';
  if (record.state === 'starting' && !isAlive(record.starter)) {
    return `its start was cut short (process ${record.starter.pid} has ended)`;
  }
  if (record.owner && !isAlive(record.owner)) return `its owner, process ${record.owner.pid}, has ended`;
  return undefined;
}
