import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { fetch } from 'undici';
import type { WorkflowExecutionServiceClient } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { Connections, Endpoint } from './connections.ts';

/** Result of one attempt. */
export type AttemptResult<T> =
  | { readonly outcome: 'answered'; readonly answer: T }
  | { readonly outcome: 'again' | 'deadline' | 'failed'; readonly why: string; readonly waitMs?: number };

/** A method of the generated client with a deadline. */
export type GrpcMethod<T> = (
  client: WorkflowExecutionServiceClient,
  metadata: Metadata,
  options: { readonly deadline: Date },
  done: (error: ServiceError | null, response: T) => void,
) => unknown;

/** Transient errors (docs/api.md): a restart, overload, or a lost response. */
const transient = { grpc: [status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.ABORTED], http: [429, 503] };

/** One attempt over gRPC. */
export async function attemptGrpc<T>(
  connections: Connections,
  endpoint: Endpoint,
  deadlineMs: number,
  method: GrpcMethod<T>,
): Promise<AttemptResult<T>> {
  const deadline = new Date(Date.now() + deadlineMs);
  const { error, response } = await new Promise<{ error: ServiceError | null; response: T }>((resolve) =>
    method(connections.grpc(endpoint), new Metadata(), { deadline }, (failure, answer) =>
      resolve({ error: failure, response: answer }),
    ),
  );
  if (error === null) return { outcome: 'answered', answer: response };
  const why = `gRPC: ${error.message}`;
  if (error.code === status.DEADLINE_EXCEEDED) return { outcome: 'deadline', why };
  return { outcome: transient.grpc.includes(error.code) ? 'again' : 'failed', why };
}

/** One attempt over REST; returns the body. */
export async function attemptRest(
  connections: Connections,
  endpoint: Endpoint,
  deadlineMs: number,
  request: { readonly path: string; readonly body?: object },
): Promise<AttemptResult<string>> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const answer = await fetch(connections.url(endpoint, request.path), {
      method: request.body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${connections.token}`, 'content-type': 'application/json' },
      body: request.body && JSON.stringify(request.body),
      dispatcher: connections.dispatcher,
      signal,
    });
    const text = await answer.text();
    if (answer.ok) return { outcome: 'answered', answer: text };
    const waitMs = Number(answer.headers.get('retry-after') ?? 0) * 1_000;
    const why = `REST: ${answer.status} ${text}`;
    return { outcome: transient.http.includes(answer.status) ? 'again' : 'failed', why, waitMs };
  } catch (error) {
    return { outcome: signal.aborted ? 'deadline' : 'again', why: `REST: ${causeOf(error)}` };
  }
}

/** Only the cause of "fetch failed" is informative. */
function causeOf(error: unknown): string {
  return String(error instanceof Error ? (error.cause ?? error) : error);
}
