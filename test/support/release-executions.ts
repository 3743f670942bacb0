import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { NotFoundError } from '../../src/kubernetes/errors.ts';
import type { KubernetesObject } from '../../src/kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../../src/kubernetes/resource-type.ts';
import { pipelineRunResource } from '../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';

/**
 * Removes the finalizers of a namespace's executions and their PipelineRuns, so that it can be deleted without a running
 * service. Dependents are garbage-collected.
 */
export async function releaseExecutions(client: KubernetesClient, namespace: string): Promise<void> {
  await removeFinalizers(client, workflowExecutionResource, namespace);
  await removeFinalizers(client, pipelineRunResource, namespace);
}

async function removeFinalizers<T extends KubernetesObject>(
  client: KubernetesClient,
  resource: ResourceType<T>,
  namespace: string,
): Promise<void> {
  const { items } = await client.list(resource, { namespace });
  const held = items.filter(({ metadata }) => metadata.finalizers !== undefined);
  await Promise.all(
    held.map(async ({ metadata }) => {
      try {
        await client.patch(resource, metadata, { metadata: { finalizers: null } });
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
      }
    }),
  );
}
