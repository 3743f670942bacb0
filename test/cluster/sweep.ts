import { clusterDirectory, clusterNames, type Cache } from './cache.ts';
import { removeCluster } from './cleanup.ts';
import { tryLock } from './lock.ts';
import { isAlive } from './process.ts';
import type { Progress } from './progress.ts';
import { hasRecord, isLocal, readRecord, type ClusterRecord } from './record.ts';

/**
 * Removes orphaned clusters: their owner has died, or their start was interrupted. Clusters whose lock is held are skipped.
 */
export async function sweep(cache: Cache, progress: Progress): Promise<void> {
  for (const name of clusterNames(cache)) {
    const directory = clusterDirectory(cache, name);
    if (!orphanReasonOf(directory)) continue;
    const held = await tryLock(cache, `cluster ${name}`);
    if (!held) continue;
    try {
      // Checked again under the lock.
      const reason = orphanReasonOf(directory);
      if (!reason) continue;
      progress(`Removing cluster ${name}: ${reason}`);
      await removeCluster(directory);
    } finally {
      await held.release();
    }
  }
}

/** Why the cluster in a directory is orphaned; undefined if it is owned, or its owner is not visible from here. */
export function orphanReasonOf(directory: string): string | undefined {
  // The record is written before anything is started. An unreadable one is another version's.
  if (!hasRecord(directory)) return 'its start was interrupted before anything ran';
  const record = readRecord(directory);
  return record && orphanReason(record);
}

/** The same for a record. */
export function orphanReason(record: ClusterRecord): string | undefined {
  if (!isLocal(record)) return undefined;
  if (record.state === 'starting' && !isAlive(record.starter)) {
    return `its start was interrupted (process ${record.starter.pid} has ended)`;
  }
  if (record.owner && !isAlive(record.owner)) return `its owner, process ${record.owner.pid}, has ended`;
  return undefined;
}
