/**
 * A real Kubernetes with Tekton on this machine, for tests, the demo and people. See README.md.
 *
 * @packageDocumentation
 */
export type { Cluster } from './cluster.ts';
export { ClusterAborted, ClusterError } from './errors.ts';
export { connectCluster, startCluster, takeDown, type StartClusterOptions } from './lifecycle.ts';
export { silent, streamProgress, type Progress } from './progress.ts';
export type { ClusterLevel, PodSupport } from './record.ts';
