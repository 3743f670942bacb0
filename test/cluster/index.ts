/**
 * A local Kubernetes with Tekton for tests and the demo. See README.md.
 *
 * @packageDocumentation
 */
export type { Cluster } from './cluster.ts';
export { ClusterAborted, ClusterError } from './errors.ts';
export { connectCluster, startCluster, takeDown, type StartClusterOptions } from './lifecycle.ts';
export { silent, streamProgress, type Progress } from './progress.ts';
export type { ClusterLevel, PodSupport } from './record.ts';
