import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, type Cluster } from '../../test/cluster/index.ts';
import { applyProduct } from '../../test/support/product.ts';
import type { ClusterKind } from './bench.ts';
import { auditDirectory, type RunOptions } from './context.ts';

/** Rotation size of the audit log in megabytes, and number of old files. */
const [logMegabytes, oldLogs] = [100, 3];

/**
 * Starts a cluster. Without pods it has Tekton's CRDs and webhook, which validates every PipelineRun, but no controller, so
 * that only the fake Tekton ends PipelineRuns.
 */
export async function startBenchCluster(
  kind: ClusterKind,
  { directory, progress, signal }: RunOptions,
): Promise<Cluster> {
  const level = kind === 'pods' ? 'pods' : 'tekton';
  const logs = auditDirectory(directory);
  mkdirSync(logs, { recursive: true });
  const apiServerArgs = auditArguments(logs);
  const cluster = await startCluster({
    level,
    owner: 'process',
    ignoreKubeconfig: true,
    apiServerArgs,
    progress,
    signal,
  });
  await applyProduct(cluster);
  if (level === 'tekton') await cluster.kill('tekton-controller');
  return cluster;
}

/** Arguments of kube-apiserver for an audit log of all requests in a directory. */
function auditArguments(directory: string): string[] {
  return [
    `--audit-policy-file=${join(import.meta.dirname, 'audit-policy.yaml')}`,
    `--audit-log-path=${join(directory, 'audit.log')}`,
    `--audit-log-maxsize=${logMegabytes}`,
    `--audit-log-maxbackup=${oldLogs}`,
  ];
}
