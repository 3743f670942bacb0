import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { NotFoundError } from '../../src/kubernetes/errors.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';

/**
 * Takes the finalizers off the executions of a namespace, so that it can be deleted when the service that would clean up
 * after them does not run any more. What they have created goes with them, by its owner references.
 */
export async function releaseExecutions(client: KubernetesClient, namespace: string): Promise<void> {
  const { items } = await client.list(workflowExecutionResource, { namespace });
  await Promise.all(
    items.map(async ({ metadata }) => {
      try {
        await client.patch(workflowExecutionResource, metadata, { metadata: { finalizers: null } });
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
      }
    }),
  );
}
