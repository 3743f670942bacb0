import { dirname } from 'node:path';
import { connectCluster } from '../cluster/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { readRecord } from '../cluster/record.ts';

/**
 * The embedded cluster that a kubeconfig belongs to, so that a chaos run can run on the cluster of a test suite.
 *
 * @returns undefined when the kubeconfig is that of another cluster, on which there can be no chaos run
 */
export async function clusterOf(kubeconfig: string): Promise<Cluster | undefined> {
  const record = readRecord(dirname(kubeconfig));
  return record && connectCluster(record.name);
}
