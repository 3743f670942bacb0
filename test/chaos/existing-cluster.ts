import { dirname } from 'node:path';
import { connectCluster } from '../cluster/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { readRecord } from '../cluster/record.ts';

/**
 * The local cluster that a kubeconfig belongs to, for a chaos run on the cluster of a test suite.
 *
 * @returns undefined if the kubeconfig is of another cluster
 */
export async function clusterOf(kubeconfig: string): Promise<Cluster | undefined> {
  const record = readRecord(dirname(kubeconfig));
  return record && connectCluster(record.name);
}
