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

/** One remediation that is to be carried out. */
export interface Remediation {
  readonly namespace: string;
  /**
   * Stays the same however often this program starts: the UID of the RemediationRequest, for example. It makes the
   * service answer a second creation with the first execution.
   */
  readonly requestId: string;
  readonly spec: Parameters<typeof WorkflowExecutionSpec.fromPartial>[0];
}

/** How long an answer to a creation is waited for, in milliseconds. */
const createTimeoutMs = 10_000;

const terminal: ReadonlySet<Phase> = new Set([Phase.PHASE_COMPLETED, Phase.PHASE_FAILED, Phase.PHASE_SKIPPED]);

/**
 * Has a workflow executed, and watches it to its end, across restarts of the service and of this program.
 *
 * @param onChange told each state that is seen, in order; states between may be left out
 * @returns the execution with its outcome
 * @throws ServiceError when the service refuses; Error when the execution is deleted before it has ended
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

/** Creates the execution; any number of tries make one. */
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
      throw new Error('the service has answered without an execution');
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
      // The service does not know any more what came after the position: the current state is as good.
      if (isExpired) request.resourceVersion = '';
      else await pauseOrThrow(error, attempt, signal);
    }
  }
}

/** What one call tells. In the request it notes how far it came: from there any replica goes on, without a gap. */
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
