import { clusterDirectory, clusterNames, type Cache } from './cache.ts';
import { removeCluster } from './cleanup.ts';
import { tryLock } from './lock.ts';
import { isAlive } from './process.ts';
import type { Progress } from './progress.ts';
import { hasRecord, isLocal, readRecord, type ClusterRecord } from './record.ts';

/**
 * Removes the clusters that nobody will ever take down: their owner has died, or their start was cut short.
 * A cluster whose lock is held is being dealt with by another process and is left to it.
 */
export async function sweep(cache: Cache, progress: Progress): Promise<void> {
  for (const name of clusterNames(cache)) {
    const directory = clusterDirectory(cache, name);
    if (!orphanReasonOf(directory)) continue;
    const held = await tryLock(cache, `cluster ${name}`);
    if (!held) continue;
    try {
      // Again, now that nobody changes it.
      const reason = orphanReasonOf(directory);
      if (!reason) continue;
      progress(`Removing cluster ${name}: ${reason}`);
      await removeCluster(directory);
    } finally {
      await held.release();
    }
  }
}

/** Why the cluster in a directory is nobody's any more; undefined when it is somebody's, or cannot be judged from here. */
export function orphanReasonOf(directory: string): string | undefined {
  // Written before anything is started, so without it nothing was. One that is not understood is another version's.
  if (!hasRecord(directory)) return 'its start was cut short before anything ran';
  const record = readRecord(directory);
  return record && orphanReason(record);
}

/** The same for what has been read. */
export function orphanReason(record: ClusterRecord): string | undefined {
  if (!isLocal(record)) return undefined;
  if (record.state === 'starting' && !isAlive(record.starter)) {
    return `its start was cut short (process ${record.starter.pid} has ended)`;
  }
  if (record.owner && !isAlive(record.owner)) return `its owner, process ${record.owner.pid}, has ended`;
  return undefined;
}
