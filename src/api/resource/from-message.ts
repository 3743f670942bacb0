import { CancelMode as CancelModeMessage } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type {
  CancelWorkflowExecutionRequest,
  CreateWorkflowExecutionRequest,
  DeleteWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
  Phase as PhaseMessage,
  WorkflowExecutionSpec as SpecMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { formatTimestamp } from '../../workflow-execution/timestamp.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import { invalidArgument, invalidField } from '../errors/api-error.ts';
import type { CancelMode, Phase } from '../../workflow-execution/generated/workflow-execution.ts';
import { allCancelModes, allPhases } from '../../workflow-execution/execution.ts';
import type { CreateOptions } from '../executions/create-command.ts';
import type { CancelCommand, DeleteCommand, ListCommand } from '../executions/execution.types.ts';
import { isName } from '../../kubernetes/dns-names.ts';
import { allNamespaces, dnsLabel, dnsSubdomain } from './names.ts';
import type { ExecutionKey } from './names.ts';
import { formatDuration } from '../../workflow-execution/duration.ts';
import { cancelModes, phases } from './enums.ts';

/** What a create request says, in the shape of the DTO that both transports are held to. It has not been validated. */
export interface UnvalidatedCreate {
  readonly namespace: string;
  readonly resource: object;
  readonly options: CreateOptions;
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
    options: { requestId: given(request.requestId), validateOnly: request.validateOnly },
  };
}

/**
 * Reads the name of an execution, as most requests have it.
 *
 * @throws ApiError InvalidArgument when the name is not a resource name
 */
export function fromName({ name }: { readonly name: string }): ExecutionKey {
  const [, namespace = '', id = ''] = /^namespaces\/([^/]*)\/workflowExecutions\/([^/]*)$/.exec(name) ?? [];
  if (isName(namespace, dnsLabel) && isName(id, dnsSubdomain)) return { namespace, name: id };
  throw invalidField(['name'], 'must be namespaces/{namespace}/workflowExecutions/{workflow_execution}');
}

/**
 * Reads a cancel request.
 *
 * @throws ApiError InvalidArgument when the name is not a resource name, or the mode is none
 */
export function fromCancelRequest(request: CancelWorkflowExecutionRequest): CancelCommand {
  return { key: fromName(request), mode: cancelModeOf(request.mode) ?? 'Graceful' };
}

/**
 * Reads a delete request.
 *
 * @throws ApiError InvalidArgument when the name is not a resource name
 */
export function fromDeleteRequest(request: DeleteWorkflowExecutionRequest): DeleteCommand {
  return { key: fromName(request), uid: given(request.uid), resourceVersion: given(request.resourceVersion) };
}

/**
 * Reads a list request.
 *
 * @throws ApiError InvalidArgument when the parent is not a namespace, the page size is negative, or a phase is none
 */
export function fromListRequest(request: ListWorkflowExecutionsRequest): ListCommand {
  const { pageSize, phases: messages, createdAfter, createdBefore } = request;
  if (pageSize < 0) throw invalidField(['page_size'], 'must not be negative');
  return {
    ...fromParent(request.parent),
    pageSize,
    pageToken: given(request.pageToken),
    minResourceVersion: given(request.minResourceVersion),
    filter: {
      phases: [...new Set(messages.map(phaseOf))],
      workflowId: given(request.workflowId),
      targetResource: given(request.targetResource),
      remediationRequest: given(request.remediationRequest),
      labelSelector: given(request.labelSelector),
      createdAfter: textOf(createdAfter),
      createdBefore: textOf(createdBefore),
    },
  };
}

/**
 * Reads the parent of a request that may be about all namespaces (https://google.aip.dev/159).
 *
 * @throws ApiError InvalidArgument when it is not a namespace
 */
export function fromParent(parent: string): { readonly namespace?: string } {
  return parent === `namespaces/${allNamespaces}` ? {} : { namespace: namespaceOf(parent, 'parent') };
}

/** A phase by its name in the resource. */
function phaseOf(message: PhaseMessage): Phase {
  const phase = allPhases.find((name) => phases[name] === message);
  if (phase !== undefined) return phase;
  throw invalidField(['phases'], `must be of ${Object.values(phases).join(', ')}`);
}

/** A mode by its name in the resource; undefined when none is given. */
function cancelModeOf(message: CancelModeMessage): CancelMode | undefined {
  if (message === CancelModeMessage.CANCEL_MODE_UNSPECIFIED) return undefined;
  const mode = allCancelModes.find((name) => cancelModes[name] === message);
  if (mode !== undefined) return mode;
  throw invalidField(['mode'], `must be of ${Object.values(cancelModes).join(', ')}`);
}

/** A time as the resource has it; what is no time stays a text that is none, for the rule of its field to refuse. */
function textOf(time: Timestamp | undefined): string | undefined {
  return time && (formatTimestamp(time) ?? 'a time out of range');
}

/** A text that is given; proto has no difference between one that is empty and one that is not there. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
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
    cancelMode: cancelModeOf(spec.cancelMode),
    executionConfig:
      executionConfig &&
      withoutUnset({
        serviceAccountName: executionConfig.serviceAccountName,
        timeout: executionConfig.timeout && formatDuration(executionConfig.timeout),
        finallyTimeout: executionConfig.finallyTimeout && formatDuration(executionConfig.finallyTimeout),
      }),
  });
}

/** Proto has no difference between a scalar or list that is not set and one that is zero or empty. */
function withoutUnset(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isUnset(value)));
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

/** Nor between a map that is not set and one that is empty. */
function unlessEmpty(map: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
