import type {
  WorkflowExecution,
  WorkflowExecutionMetadata,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { ExecutionPage, ListCommand } from '../execution.types.ts';
import { allNamespaces } from '../names.ts';
import type { ListQuery } from './parameters.dto.ts';

/** One page of executions as Kubernetes answers a list. */
export interface WorkflowExecutionList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly WorkflowExecution[];
}

/** What the query of a list asks for. */
export function toListCommand(namespace: string, query: ListQuery): ListCommand {
  return {
    ...(namespace === allNamespaces ? {} : { namespace }),
    pageSize: Number(query.limit ?? 0),
    // An empty token is what a client sends that always sends one.
    ...(query.continue ? { pageToken: query.continue } : {}),
  };
}

/** An execution as REST shows it: what the API server holds, less the bookkeeping of who wrote which field. */
export function toResource({ apiVersion, kind, metadata, spec, status }: WorkflowExecution): WorkflowExecution {
  return { apiVersion, kind, metadata: shownMetadata(metadata), spec, ...(status === undefined ? {} : { status }) };
}

/** A page as REST shows it. */
export function toResourceList({ items, nextPageToken, remaining }: ExecutionPage): WorkflowExecutionList {
  return {
    apiVersion: workflowExecutionApiVersion,
    kind: `${workflowExecutionResource.kind}List`,
    metadata: nextPageToken === undefined ? {} : { continue: nextPageToken, remainingItemCount: remaining },
    items: items.map(toResource),
  };
}

/** Where an execution is found. */
export function locationOf({ metadata }: WorkflowExecution): string {
  return `/api/v1/namespaces/${metadata.namespace}/${workflowExecutionResource.plural}/${metadata.name}`;
}

function shownMetadata(metadata: WorkflowExecutionMetadata): WorkflowExecutionMetadata {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp } = metadata;
  const { deletionTimestamp, finalizers, labels, annotations, ownerReferences } = metadata;
  return {
    ...{ name, namespace, uid, resourceVersion, generation, creationTimestamp },
    ...{ deletionTimestamp, finalizers, labels, annotations, ownerReferences },
  };
}
