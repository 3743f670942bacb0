import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '../cluster/errors.ts';
import { pushKubectlImage } from '../cluster/images.ts';
import type { Cluster } from '../cluster/index.ts';
import { findPackages } from '../cluster/packages.ts';

/** The example of a workflow that changes the cluster: it restarts a Deployment. */
export const restartWorkflow = join(import.meta.dirname, '../../examples/workflows/restart');

/**
 * The Pipeline of the example as YAML. On a local cluster, which may not reach public registries, its step has an image with
 * the cluster's kubectl.
 *
 * @throws ClusterError if the machine has no static busybox
 */
export async function restartPipeline({
  registry,
  directory,
  kubectl,
}: Pick<Cluster, 'registry' | 'directory' | 'kubectl'>): Promise<string> {
  const yaml = await readFile(join(restartWorkflow, 'pipeline.yaml'), 'utf8');
  if (directory === '' || registry === undefined) return yaml;
  const { busybox } = findPackages();
  if (busybox === undefined) throw new ClusterError('pods need a static busybox');
  const image = await pushKubectlImage(registry, { kubectl, busybox });
  return yaml.replace(/image: .*/, `image: ${image}`);
}
