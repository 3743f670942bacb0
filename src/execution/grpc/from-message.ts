import type {
  CreateWorkflowExecutionRequest,
  GetWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
  WorkflowExecutionSpec as SpecMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { invalidArgument, invalidField } from '../errors/api-error.ts';
import type { ListCommand } from '../execution.types.ts';
import { allNamespaces, dnsLabel, dnsSubdomain, isName } from '../names.ts';
import type { ExecutionKey } from '../names.ts';
import { toGoDuration } from './duration.ts';

/** What a create request says, in the shape of the DTO that both transports are held to. It has not been validated. */
export interface UnvalidatedCreate {
  readonly namespace: string;
  readonly resource: object;
}

/**
 * Reads a create request. Scalars that are not `optional` in the proto are absent when they have their zero value.
 *
 * @throws ApiError InvalidArgument when the parent is not a namespace
 */
export function fromCreateRequest(request: CreateWorkflowExecutionRequest): UnvalidatedCreate {
  const { labels, annotations, spec } = request.workflowExecution ?? {};
  const metadata = withoutUnset({
    name: request.workflowExecutionId,
    labels: unlessEmpty(labels),
    annotations: unlessEmpty(annotations),
  });
  return {
    namespace: namespaceOf(request.parent, 'parent'),
    resource: { metadata, ...(spec === undefined ? {} : { spec: fromSpec(spec) }) },
  };
}

/**
 * Reads a get request.
 *
 * @throws ApiError InvalidArgument when the name is not a resource name
 */
export function fromGetRequest({ name }: GetWorkflowExecutionRequest): ExecutionKey {
  const [, namespace = '', id = ''] = /^namespaces\/([^/]*)\/workflowExecutions\/([^/]*)$/.exec(name) ?? [];
  if (isName(namespace, dnsLabel) && isName(id, dnsSubdomain)) return { namespace, name: id };
  throw invalidField(['name'], 'must be namespaces/{namespace}/workflowExecutions/{workflow_execution}');
}

/**
 * Reads a list request.
 *
 * @throws ApiError InvalidArgument when the parent is not a namespace, or the page size is negative
 */
export function fromListRequest({ parent, pageSize, pageToken }: ListWorkflowExecutionsRequest): ListCommand {
  if (pageSize < 0) throw invalidField(['page_size'], 'must not be negative');
  return {
    ...(parent === `namespaces/${allNamespaces}` ? {} : { namespace: namespaceOf(parent, 'parent') }),
    pageSize,
    ...(pageToken === '' ? {} : { pageToken }),
  };
}

function namespaceOf(parent: string, field: string): string {
  const namespace = /^namespaces\/([^/]*)$/.exec(parent)?.[1] ?? '';
  if (isName(namespace, dnsLabel)) return namespace;
  throw invalidArgument([
    { path: [field], message: `must be namespaces/{namespace}; the namespace ${dnsLabel.message}` },
  ]);
}

function fromSpec(spec: SpecMessage): object {
  const { remediationRequestRef, workflowRef, executionConfig } = spec;
  return withoutUnset({
    ...spec,
    remediationRequestRef: remediationRequestRef && withoutUnset(remediationRequestRef),
    workflowRef: workflowRef && withoutUnset(workflowRef),
    parameters: unlessEmpty(spec.parameters),
    executionConfig:
      executionConfig &&
      withoutUnset({
        serviceAccountName: executionConfig.serviceAccountName,
        timeout: executionConfig.timeout && toGoDuration(executionConfig.timeout),
      }),
  });
}

/** Proto has no difference between a scalar that is not set and one that is zero. */
function withoutUnset(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isUnset(value)));
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === '' || value === false;
}

/** Nor between a map that is not set and one that is empty. */
function unlessEmpty(map: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
