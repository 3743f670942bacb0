import { promisify } from 'node:util';
import { Metadata, status } from '@grpc/grpc-js';
import {
  CreateWorkflowExecutionRequest,
  Phase,
  WatchEventType,
  WatchWorkflowExecutionsRequest,
  WorkflowExecutionSpec,
  type CreateWorkflowExecutionResponse,
  type WatchWorkflowExecutionsResponse,
  type WorkflowExecution,
  type WorkflowExecutionServiceClient,
} from '../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { isServiceError, pauseOrThrow } from './retry.ts';

/** A remediation to run. */
export interface Remediation {
  readonly namespace: string;
  /**
   * Must survive restarts of this program, like the UID of the RemediationRequest. With it, a repeated create returns
   * the first execution.
   */
  readonly requestId: string;
  readonly spec: Parameters<typeof WorkflowExecutionSpec.fromPartial>[0];
}

/** Timeout of a create call, in milliseconds. */
const createTimeoutMs = 10_000;

const terminal: ReadonlySet<Phase> = new Set([Phase.PHASE_COMPLETED, Phase.PHASE_FAILED, Phase.PHASE_SKIPPED]);

/**
 * Runs a workflow and watches it to its end, across restarts of the service and of this program.
 *
 * @param onChange called with each observed state, in order; intermediate states may be missing
 * @returns the execution with its outcome
 * @throws ServiceError if the service rejects a call; Error if the execution is deleted before it has ended
 */
export async function remediate(
  client: WorkflowExecutionServiceClient,
  remediation: Remediation,
  onChange: (execution: WorkflowExecution) => void,
  signal: AbortSignal,
): Promise<WorkflowExecution> {
  const created = await create(client, remediation, signal);
  onChange(created);
  if (hasEnded(created)) return created;
  for await (const execution of changesOf(client, created, signal)) {
    onChange(execution);
    if (hasEnded(execution)) return execution;
  }
  throw new Error(`${created.name} was deleted`);
}

/** Creates the execution; retries create it only once. */
async function create(
  client: WorkflowExecutionServiceClient,
  { namespace, requestId, spec }: Remediation,
  signal: AbortSignal,
): Promise<WorkflowExecution> {
  const request = CreateWorkflowExecutionRequest.fromPartial({
    parent: `namespaces/${namespace}`,
    requestId,
    workflowExecution: { spec },
  });
  const call = promisify((done: (error: Error | null, answer?: CreateWorkflowExecutionResponse) => void) =>
    client.createWorkflowExecution(request, new Metadata(), { deadline: Date.now() + createTimeoutMs }, done),
  );
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await call();
      if (answer?.workflowExecution !== undefined) return answer.workflowExecution;
      throw new Error('the response has no execution');
    } catch (error) {
      await pauseOrThrow(error, attempt, signal);
    }
  }
}

/** The states of an execution after the given one, until it is deleted. */
async function* changesOf(
  client: WorkflowExecutionServiceClient,
  { name, resourceVersion: from }: WorkflowExecution,
  signal: AbortSignal,
): AsyncGenerator<WorkflowExecution, void, undefined> {
  const [, namespace = '', , id = ''] = name.split('/');
  const request = { parent: `namespaces/${namespace}`, workflowExecutionId: id, resourceVersion: from };
  for (let attempt = 0; ; attempt++) {
    const before = request.resourceVersion;
    try {
      if ((yield* watch(client, request, signal)) === 'deleted') return;
    } catch (error) {
      if (request.resourceVersion !== before) attempt = 0;
      const isExpired = isServiceError(error) && error.code === status.OUT_OF_RANGE;
      // The position has expired: start again from the current state.
      if (isExpired) request.resourceVersion = '';
      else await pauseOrThrow(error, attempt, signal);
    }
  }
}

/** The states from one watch. It stores its position in the request, from which any replica can resume without a gap. */
async function* watch(
  client: WorkflowExecutionServiceClient,
  request: { parent: string; workflowExecutionId: string; resourceVersion: string },
  signal: AbortSignal,
): AsyncGenerator<WorkflowExecution, 'deleted' | 'ended', undefined> {
  const call = client.watchWorkflowExecutions(WatchWorkflowExecutionsRequest.fromPartial(request));
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const events: AsyncIterable<WatchWorkflowExecutionsResponse> = call;
    for await (const { type, workflowExecution, resourceVersion } of events) {
      request.resourceVersion = resourceVersion;
      if (type === WatchEventType.WATCH_EVENT_TYPE_DELETED) return 'deleted';
      if (workflowExecution !== undefined) yield workflowExecution;
    }
    return 'ended';
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

function hasEnded({ status }: WorkflowExecution): boolean {
  return terminal.has(status?.phase ?? Phase.PHASE_UNSPECIFIED);
}
