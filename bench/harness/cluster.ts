import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, type Cluster } from '../../test/cluster/index.ts';
import { applyProduct } from '../../test/support/product.ts';
import type { ClusterKind } from './bench.ts';
import { auditDirectory, type RunOptions } from './context.ts';

/** Megabytes of the audit log after which the API server begins another file, and how many old files it keeps. */
const [logMegabytes, oldLogs] = [100, 3];

/**
 * Starts the cluster of a stage: without pods it has Tekton's CRDs and its webhook, which every real PipelineRun passes, and
 * not its controller, so that nobody but the completer ends PipelineRuns.
 */
export async function startBenchCluster(
  stage: ClusterKind,
  { directory, progress, signal }: RunOptions,
): Promise<Cluster> {
  const level = stage === 'pods' ? 'pods' : 'tekton';
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

/** Arguments with which kube-apiserver keeps its audit log, of everybody's requests, in a directory. */
function auditArguments(directory: string): string[] {
  return [
    `--audit-policy-file=${join(import.meta.dirname, 'audit-policy.yaml')}`,
    `--audit-log-path=${join(directory, 'audit.log')}`,
    `--audit-log-maxsize=${logMegabytes}`,
    `--audit-log-maxbackup=${oldLogs}`,
  ];
}
