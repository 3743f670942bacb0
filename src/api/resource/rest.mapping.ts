import type {
  Phase,
  WorkflowExecution,
  WorkflowExecutionMetadata,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { CreateOptions } from '../executions/create-command.ts';
import type { CancelCommand, DeleteCommand, ExecutionPage, ListCommand } from '../executions/execution.types.ts';
import { allNamespaces } from './names.ts';
import type { ExecutionKey } from './names.ts';
import { allPhases } from '../../workflow-execution/execution.ts';
import { observedStatus } from '../../workflow-execution/status.ts';
import type { CancelQuery, CreateQuery, DeleteQuery, ListQuery } from '../executions/queries.dto.ts';

/** An execution as REST shows it; what was only tried out has no resource version. */
export interface ShownExecution extends Omit<WorkflowExecution, 'metadata'> {
  readonly metadata: Omit<WorkflowExecutionMetadata, 'resourceVersion'> & { readonly resourceVersion?: string };
}

/** One page of executions as Kubernetes answers a list. */
export interface WorkflowExecutionList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly ShownExecution[];
}

/** What the query of a list asks for. */
export function toListCommand(namespace: string, query: ListQuery): ListCommand {
  return {
    ...(namespace === allNamespaces ? {} : { namespace }),
    pageSize: Number(query.limit ?? 0),
    pageToken: given(query.continue),
    minResourceVersion: given(query.minResourceVersion),
    filter: {
      phases: phasesOf(query.phase),
      workflowId: given(query.workflowId),
      targetResource: given(query.targetResource),
      remediationRequest: given(query.remediationRequest),
      labelSelector: given(query.labelSelector),
      createdAfter: query.createdAfter,
      createdBefore: query.createdBefore,
    },
  };
}

/** What the query of a creation says beside the resource. */
export function toCreateOptions({ requestId, validateOnly }: CreateQuery): CreateOptions {
  return { requestId, validateOnly: validateOnly === 'true' };
}

/** What the query of a cancellation asks for. */
export function toCancelCommand(key: ExecutionKey, { mode = 'Graceful' }: CancelQuery): CancelCommand {
  return { key, mode };
}

/** What the query of a deletion asks for. */
export function toDeleteCommand(key: ExecutionKey, { uid, resourceVersion }: DeleteQuery): DeleteCommand {
  return { key, uid: given(uid), resourceVersion: given(resourceVersion) };
}

/** An empty text is what a client sends that always sends a parameter; where a form is documented it is refused. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** Phases that are separated by commas; that each is one has been checked. */
function phasesOf(text = ''): Phase[] {
  const words = text.split(',');
  return allPhases.filter((phase) => words.includes(phase));
}

/** An execution as REST shows it: what the API server holds, less the bookkeeping of who wrote which field. */
export function toResource(execution: WorkflowExecution): ShownExecution {
  const { apiVersion, kind, metadata, spec } = execution;
  const status = observedStatus(execution);
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
export function locationOf({ metadata }: ShownExecution): string {
  return `/api/v1/namespaces/${metadata.namespace}/${workflowExecutionResource.plural}/${metadata.name}`;
}

function shownMetadata(metadata: WorkflowExecutionMetadata): ShownExecution['metadata'] {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp } = metadata;
  const { deletionTimestamp, finalizers, labels, annotations, ownerReferences } = metadata;
  return {
    ...{ name, namespace, uid, resourceVersion: resourceVersion || undefined, generation, creationTimestamp },
    ...{ deletionTimestamp, finalizers, labels, annotations, ownerReferences },
  };
}
