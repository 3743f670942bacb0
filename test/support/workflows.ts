import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '../cluster/errors.ts';
import { pushBundle } from '../cluster/images.ts';
import type { Cluster } from '../cluster/index.ts';

const sampleFile = join(import.meta.dirname, '..', '..', 'demo', 'workflow', 'pipeline.yaml');

/** Where workflows are published to and what their steps run in. */
export interface Publisher {
  /** host:port of a registry without TLS that this machine and the cluster both reach. */
  readonly registry: string;
  /** Image with a shell that the cluster can pull. */
  readonly stepImage: string;
}

/**
 * The registry of the embedded cluster; for another cluster the one that WFE_TEST_REGISTRY names.
 *
 * @throws ClusterError when there is none
 */
export function publisherFor(cluster: Pick<Cluster, 'registry'>, env: NodeJS.ProcessEnv = process.env): Publisher {
  if (cluster.registry !== undefined) {
    return { registry: cluster.registry, stepImage: `${cluster.registry}/busybox:1` };
  }
  const registry = env['WFE_TEST_REGISTRY'];
  if (registry !== undefined) {
    return { registry, stepImage: env['WFE_TEST_STEP_IMAGE'] ?? 'docker.io/library/busybox:1.37' };
  }
  throw new ClusterError(
    'Set WFE_TEST_REGISTRY to host:port of a registry without TLS that this machine and the cluster of KUBECONFIG both ' +
      'reach: the sample workflow is published there. Without KUBECONFIG the embedded cluster brings its own.',
  );
}

/** Publishes the sample workflow; the reference of its bundle comes back. */
export async function publishSampleWorkflow(publisher: Publisher): Promise<string> {
  return publishWorkflow(publisher, 'sample:v1', await readFile(sampleFile, 'utf8'));
}

/** Publishes a Pipeline as a Tekton bundle. `${STEP_IMAGE}` in its YAML becomes the publisher's step image. */
export async function publishWorkflow({ registry, stepImage }: Publisher, name: string, yaml: string): Promise<string> {
  const pipeline = yaml.replaceAll('${STEP_IMAGE}', stepImage);
  const { ref } = await pushBundle(registry, `workflows/${name}`, { pipelineName: 'workflow', yaml: pipeline });
  return ref;
}
