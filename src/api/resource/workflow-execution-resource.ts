import type {
  WorkflowExecution,
  WorkflowExecutionMetadata,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { observedStatus } from '../../workflow-execution/status.ts';

/** An execution over REST; after a dry run it has no resource version. */
export interface WorkflowExecutionResource extends Omit<WorkflowExecution, 'metadata'> {
  readonly metadata: Omit<WorkflowExecutionMetadata, 'resourceVersion'> & { readonly resourceVersion?: string };
}

/** An execution over REST: the stored resource without `managedFields`. */
export function toResource(execution: WorkflowExecution): WorkflowExecutionResource {
  const { apiVersion, kind, metadata, spec } = execution;
  const status = observedStatus(execution);
  return { apiVersion, kind, metadata: toMetadata(metadata), spec, ...(status === undefined ? {} : { status }) };
}

/** The address of an execution. */
export function locationOf({ metadata }: WorkflowExecutionResource): string {
  return `/api/v1/namespaces/${metadata.namespace}/${workflowExecutionResource.plural}/${metadata.name}`;
}

function toMetadata(metadata: WorkflowExecutionMetadata): WorkflowExecutionResource['metadata'] {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp } = metadata;
  const { deletionTimestamp, finalizers, labels, annotations, ownerReferences } = metadata;
  return {
    ...{ name, namespace, uid, resourceVersion: resourceVersion || undefined, generation, creationTimestamp },
    ...{ deletionTimestamp, finalizers, labels, annotations, ownerReferences },
  };
}
