import { type ServiceError, status } from '@grpc/grpc-js';
import { BadRequest, RetryInfo } from '../../../src/api/generated/google/rpc/error_details.ts';
import { Status } from '../../../src/api/generated/google/rpc/status.ts';
import {
  CancelWorkflowExecutionRequest,
  type CancelWorkflowExecutionResponse,
  CreateWorkflowExecutionRequest,
  type CreateWorkflowExecutionResponse,
  type DeleteWorkflowExecutionResponse,
  type GetTargetResponse,
  type GetWorkflowExecutionResponse,
  ListWorkflowExecutionsRequest,
  type ListWorkflowExecutionsResponse,
  Target,
  type Severity,
  WorkflowExecution,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { parseDuration } from '../../../src/workflow-execution/duration.ts';
import { cancelModes, phases } from '../../../src/api/resource/to-message.ts';
import { allPhases } from '../../../src/workflow-execution/execution.ts';
import { parseTimestamp } from '../../../src/workflow-execution/timestamp.ts';
import type { Answer, ApiCaller, NewExecution, SeenExecution, SeenTarget, WantedList } from './api-caller.ts';
import type { ApiClient } from './api-client.ts';

/** Calls over gRPC, with the generated client. */
export function grpcCaller({ grpc }: ApiClient): ApiCaller {
  return {
    transport: 'gRPC',
    create: async (namespace, execution) =>
      answerOf(
        await grpcCall<CreateWorkflowExecutionResponse>((done) =>
          grpc.createWorkflowExecution(createRequest(namespace, execution), done),
        ),
        (created) => ({ ...toSeen(created.workflowExecution), ...seenOfCreate(created) }),
      ),
    get: async (namespace, name) =>
      answerOf(
        await grpcCall<GetWorkflowExecutionResponse>((done) =>
          grpc.getWorkflowExecution({ name: nameOf(namespace, name) }, done),
        ),
        ({ workflowExecution }) => toSeen(workflowExecution),
      ),
    list: async (namespace, wanted = {}) =>
      answerOf(
        await grpcCall<ListWorkflowExecutionsResponse>((done) =>
          grpc.listWorkflowExecutions(listRequest(namespace, wanted), done),
        ),
        ({ workflowExecutions, nextPageToken }) => ({ items: workflowExecutions.map(toSeen), next: nextPageToken }),
      ),
    cancel: async (namespace, name, mode) =>
      answerOf(
        await grpcCall<CancelWorkflowExecutionResponse>((done) =>
          grpc.cancelWorkflowExecution(
            CancelWorkflowExecutionRequest.fromPartial({
              name: nameOf(namespace, name),
              mode: mode && cancelModes[mode],
            }),
            done,
          ),
        ),
        ({ workflowExecution }) => toSeen(workflowExecution),
      ),
    delete: async (namespace, name, { uid = '', resourceVersion = '' } = {}) =>
      answerOf(
        await grpcCall<DeleteWorkflowExecutionResponse>((done) =>
          grpc.deleteWorkflowExecution({ name: nameOf(namespace, name), uid, resourceVersion }, done),
        ),
        ({ workflowExecution }) => toSeen(workflowExecution),
      ),
    target: async (target) =>
      answerOf(
        await grpcCall<GetTargetResponse>((done) => grpc.getTarget({ name: `targets/${target}` }, done)),
        seenTarget,
      ),
  };
}

function nameOf(namespace: string, name: string): string {
  return `namespaces/${namespace}/workflowExecutions/${name}`;
}

/** A list request in the words of REST. */
function listRequest(namespace: string, wanted: WantedList): ListWorkflowExecutionsRequest {
  const { limit, continue: pageToken, phase, createdAfter, createdBefore, ...rest } = wanted;
  return ListWorkflowExecutionsRequest.fromPartial({
    parent: `namespaces/${namespace}`,
    pageSize: limit,
    pageToken,
    phases: allPhases.filter((name) => phase?.split(',').includes(name)).map((name) => phases[name]),
    createdAfter: createdAfter === undefined ? undefined : parseTimestamp(createdAfter),
    createdBefore: createdBefore === undefined ? undefined : parseTimestamp(createdBefore),
    ...rest,
  });
}

/** The result of a call of the generated client. */
export interface GrpcOutcome<T> {
  readonly error: ServiceError | null;
  readonly response: T;
}

/** A call of the generated client as a promise. */
export function grpcCall<T>(
  call: (done: (error: ServiceError | null, response: T) => void) => unknown,
): Promise<GrpcOutcome<T>> {
  return new Promise((resolve) => call((error, response) => resolve({ error, response })));
}

/** A create request for an execution in the words of the resource. */
export function createRequest(namespace: string, execution: NewExecution): CreateWorkflowExecutionRequest {
  const { name, labels, annotations, spec, requestId, validateOnly } = execution;
  const { executionConfig, cancelMode, ...rest } = spec ?? {};
  const { timeout, finallyTimeout } = executionConfig ?? {};
  return CreateWorkflowExecutionRequest.fromPartial({
    parent: `namespaces/${namespace}`,
    workflowExecutionId: name,
    requestId,
    validateOnly,
    workflowExecution: {
      labels,
      annotations,
      ...(spec && {
        spec: {
          ...rest,
          cancelMode: cancelMode && cancelModes[cancelMode],
          ...(executionConfig && {
            executionConfig: {
              ...executionConfig,
              timeout: timeout === undefined ? undefined : parseDuration(timeout),
              finallyTimeout: finallyTimeout === undefined ? undefined : parseDuration(finallyTimeout),
            },
          }),
        },
      }),
    },
  });
}

function answerOf<T, S>({ error, response }: GrpcOutcome<T>, see: (response: T) => S): Answer<S> {
  if (error === null) return { ok: see(response) };
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const details = bytes instanceof Buffer ? Status.decode(bytes).details : [];
  const valuesOf = (type: string) => details.filter(({ typeUrl }) => typeUrl.endsWith(`/google.rpc.${type}`));
  const violations = valuesOf('BadRequest').flatMap(({ value }) => BadRequest.decode(value).fieldViolations);
  const [retry] = valuesOf('RetryInfo').map(({ value }) => RetryInfo.decode(value).retryDelay?.seconds);
  const rules = Object.fromEntries(violations.map(({ field, description }) => [field, description]));
  return { error: { kind: status[error.code] ?? '', rules, text: error.details, retryAfterSeconds: retry ?? NaN } };
}

function seenOfCreate({
  preflight,
  warnings,
}: CreateWorkflowExecutionResponse): Pick<SeenExecution, 'preflight' | 'warnings'> {
  return {
    warnings: warnings.length === 0 ? undefined : warnings,
    preflight: preflight && {
      ...preflight,
      findings: Object.fromEntries(
        preflight.findings.map(({ field, severity, message }) => [field, `${severityNames[severity]}: ${message}`]),
      ),
    },
  };
}

const severityNames: Readonly<Record<Severity, string>> = {
  SEVERITY_UNSPECIFIED: '',
  SEVERITY_ERROR: 'Error',
  SEVERITY_WARNING: 'Warning',
  UNRECOGNIZED: '',
};

function toSeen(message: WorkflowExecution | undefined): SeenExecution {
  const {
    name: resourceName,
    uid,
    labels,
    spec,
    resourceVersion,
    deleteTime,
  } = WorkflowExecution.fromPartial(message ?? {});
  const [, namespace = '', , name = ''] = resourceName.split('/');
  const { targetResource, executionConfig, cancelRequested = false } = spec ?? {};
  return {
    ...{ namespace, name, uid, labels, targetResource, cancelRequested, resourceVersion },
    serviceAccountName: executionConfig?.serviceAccountName,
    isBeingDeleted: deleteTime !== undefined,
  };
}

function seenTarget({ target }: GetTargetResponse): SeenTarget {
  const { name, held, holder, cooldowns, executions } = Target.fromPartial(target ?? {});
  const seen = ({ workflowExecution }: { workflowExecution: string }) => {
    const [, namespace = '', , id = ''] = workflowExecution.split('/');
    return `${namespace}/${id}`;
  };
  return {
    ...{ target: name.replace('targets/', ''), held, holder: holder && seen(holder) },
    phase: allPhases.find((phase) => phases[phase] === holder?.phase),
    isSinceKnown: holder?.holdTime !== undefined,
    cooldowns: cooldowns.map((cooldown) => [seen(cooldown), (cooldown.endTime?.seconds ?? NaN) * 1_000]),
    executions: executions.map(seen),
  };
}
