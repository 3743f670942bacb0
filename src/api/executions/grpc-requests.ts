import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import { CancelMode as CancelModeMessage } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type {
  CancelWorkflowExecutionRequest,
  CreateWorkflowExecutionRequest,
  DeleteWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
  Phase as PhaseMessage,
  WorkflowExecutionSpec as SpecMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { formatDuration, isDuration, type Duration } from '../../workflow-execution/duration.ts';
import { allCancelModes, allPhases } from '../../workflow-execution/execution.ts';
import type { CancelMode, Phase } from '../../workflow-execution/generated/workflow-execution.ts';
import { formatTimestamp } from '../../workflow-execution/timestamp.ts';
import { invalidField } from '../errors/api-error.ts';
import { cancelModes, phases } from '../resource/to-message.ts';
import { parseName, parseNamespace, parseParent } from '../resource/names.ts';
import { validated } from '../validation/validation.pipe.ts';
import type { CancelCommand, CreateCommand, DeleteCommand, ListCommand } from './commands.ts';
import { CreateQuery, CreateWorkflowExecutionDto, toCreateCommand } from './create-workflow-execution.dto.ts';
import { DeleteQuery, ListQuery, toListCommand } from './requests.ts';

/**
 * The command of a create request.
 *
 * @throws ApiError InvalidArgument
 */
export async function parseCreateRequest(request: CreateWorkflowExecutionRequest): Promise<CreateCommand> {
  const { parent, requestId, validateOnly } = request;
  const namespace = parseNamespace(parent);
  const body = await validated(CreateWorkflowExecutionDto, toCreateBody(request));
  const options = await validated(CreateQuery, { requestId: requestId || undefined, validateOnly });
  return toCreateCommand(namespace, body, options);
}

/** @throws ApiError InvalidArgument for an invalid resource name or mode */
export function parseCancelRequest({ name, mode }: CancelWorkflowExecutionRequest): CancelCommand {
  return { key: parseName(name), mode: fromCancelMode(mode) ?? 'Graceful' };
}

/** @throws ApiError InvalidArgument for an invalid resource name or precondition */
export async function parseDeleteRequest({ name, ...query }: DeleteWorkflowExecutionRequest): Promise<DeleteCommand> {
  return { key: parseName(name), ...(await validated(DeleteQuery, withoutUnset(query))) };
}

/** @throws ApiError InvalidArgument for an invalid parent, filter or position */
export async function parseListRequest(request: ListWorkflowExecutionsRequest): Promise<ListCommand> {
  const { parent, pageSize, pageToken, phases: messages, createdAfter, createdBefore, ...texts } = request;
  const { namespace } = parseParent(parent);
  const parameters = withoutUnset({
    ...texts,
    limit: pageSize,
    continue: pageToken,
    phase: messages.map(fromPhase).join(),
    createdAfter: timeText(createdAfter),
    createdBefore: timeText(createdBefore),
  });
  const query = await validated(ListQuery, parameters);
  return toListCommand(namespace, query);
}

/** The resource of a create request as a REST body, not validated. */
export function toCreateBody({ workflowExecutionId, workflowExecution }: CreateWorkflowExecutionRequest): object {
  const { labels, annotations, spec } = workflowExecution ?? {};
  const metadata = withoutUnset({
    name: workflowExecutionId,
    labels: unlessEmpty(labels),
    annotations: unlessEmpty(annotations),
  });
  return { metadata, ...(spec === undefined ? {} : { spec: fromSpec(spec) }) };
}

function fromSpec(spec: SpecMessage): object {
  const { remediationRequestRef, workflowRef, executionConfig } = spec;
  return withoutUnset({
    ...spec,
    remediationRequestRef: remediationRequestRef && withoutUnset(remediationRequestRef),
    workflowRef: workflowRef && withoutUnset(workflowRef),
    parameters: unlessEmpty(spec.parameters),
    cancelMode: fromCancelMode(spec.cancelMode),
    executionConfig:
      executionConfig &&
      withoutUnset({
        serviceAccountName: executionConfig.serviceAccountName,
        timeout: durationText(executionConfig.timeout),
        finallyTimeout: durationText(executionConfig.finallyTimeout),
      }),
  });
}

function fromPhase(message: PhaseMessage): Phase {
  const phase = allPhases.find((name) => phases[name] === message);
  if (phase !== undefined) return phase;
  throw invalidField(['phases'], `must be of ${Object.values(phases).join(', ')}`);
}

/** Undefined if unspecified. */
function fromCancelMode(message: CancelModeMessage): CancelMode | undefined {
  if (message === CancelModeMessage.CANCEL_MODE_UNSPECIFIED) return undefined;
  const mode = allCancelModes.find((name) => cancelModes[name] === message);
  if (mode !== undefined) return mode;
  throw invalidField(['mode'], `must be of ${Object.values(cancelModes).join(', ')}`);
}

/** A Go duration; an invalid one becomes a text that the rule of its field refuses. */
function durationText(duration: Duration | undefined): string | undefined {
  return duration && (isDuration(duration) ? formatDuration(duration) : 'an invalid duration');
}

/** A time in RFC 3339; a time out of range becomes a text that the rule of its field refuses. */
function timeText(time: Timestamp | undefined): string | undefined {
  return time && (formatTimestamp(time) ?? 'a time out of range');
}

/** Without fields that have their zero value: proto3 does not distinguish it from an unset field. */
export function withoutUnset(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isUnset(value)));
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

function unlessEmpty(map: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
