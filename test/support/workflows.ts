import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '../cluster/errors.ts';
import { pushBundle } from '../cluster/images.ts';
import type { Cluster } from '../cluster/index.ts';

const sampleFile = join(import.meta.dirname, '..', '..', 'demo', 'workflow', 'pipeline.yaml');

/** Registry and step image of test workflows. */
export interface Publisher {
  /** host:port of a plain-HTTP registry that this machine and the cluster reach. */
  readonly registry: string;
  /** Non-root image with a shell that the cluster can pull. */
  readonly stepImage: string;
}

/**
 * The registry of the cluster. For an external cluster WFE_CLUSTER_REGISTRY names it, and optionally WFE_CLUSTER_STEP_IMAGE
 * the image (default Chainguard's busybox).
 *
 * @throws ClusterError if there is no registry
 */
export function publisherFor({ registry }: Pick<Cluster, 'registry'>, env: NodeJS.ProcessEnv = process.env): Publisher {
  if (registry === undefined) {
    throw new ClusterError(
      'Set WFE_CLUSTER_REGISTRY to host:port of a registry without TLS that this machine and the cluster of KUBECONFIG ' +
        'both reach: workflows are published there. Without KUBECONFIG the embedded cluster brings its own.',
    );
  }
  const elsewhere = env['WFE_CLUSTER_REGISTRY'] === undefined ? undefined : 'cgr.dev/chainguard/busybox:latest';
  return { registry, stepImage: env['WFE_CLUSTER_STEP_IMAGE'] ?? elsewhere ?? `${registry}/busybox:1` };
}

/** Publishes the sample workflow; returns the reference of its bundle. */
export async function publishSampleWorkflow(publisher: Publisher): Promise<string> {
  return publishWorkflow(publisher, 'sample:v1', await readFile(sampleFile, 'utf8'));
}

/** Publishes a Pipeline as a Tekton bundle. `${STEP_IMAGE}` in its YAML becomes the publisher's step image. */
export async function publishWorkflow({ registry, stepImage }: Publisher, name: string, yaml: string): Promise<string> {
  const pipeline = yaml.replaceAll('${STEP_IMAGE}', stepImage);
  const { ref } = await pushBundle(registry, `workflows/${name}`, { pipelineName: 'workflow', yaml: pipeline });
  return ref;
}
