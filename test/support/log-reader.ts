import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ServiceError } from '@grpc/grpc-js';
import { ErrorInfo } from '../../src/api/generated/google/rpc/error_details.ts';
import { Status } from '../../src/api/generated/google/rpc/status.ts';
import type {
  StreamWorkflowExecutionLogsResponse,
  WorkflowExecutionServiceClient,
} from '../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { formatTimestamp, parseTimestamp } from '../../src/workflow-execution/timestamp.ts';

/** A log line from either transport. */
export interface ReceivedLine {
  readonly time: string;
  readonly task: string;
  readonly step: string;
  readonly pod: string;
  readonly text: string;
  readonly partial: boolean;
}

/** Which log to read. */
export interface LogRequest {
  readonly namespace: string;
  readonly name: string;
  readonly follow?: boolean;
  readonly since?: Date;
}

/** Addresses of the service and credentials of the caller. */
export interface LogClient {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly grpc: WorkflowExecutionServiceClient;
}

/** The error by which a log was refused or ended, by reason. */
export class LogError extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Reads a log; leaving the loop early ends the call. Throws LogError. */
export type ReadLog = (at: LogClient, wanted: LogRequest) => AsyncGenerator<ReceivedLine, void, undefined>;

/**
 * Over REST as NDJSON. Not with `fetch`, whose body can end early without an error if its response is garbage-collected.
 */
export const restLog: ReadLog = async function* (at, { namespace, name, follow, since }) {
  const query = new URLSearchParams({
    ...(follow && { follow: 'true' }),
    ...(since && { since: since.toISOString() }),
  });
  const address = `${at.url}/api/v1/namespaces/${namespace}/workflowexecutions/${name}/log?${query.toString()}`;
  const asked = get(address, { headers: { ...at.headers, accept: 'application/x-ndjson' }, agent: false });
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  try {
    if (answered.statusCode !== 200) throw errorOfProblem(JSON.parse(await text(answered)));
    let rest = '';
    for await (const chunk of answered.setEncoding('utf8')) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      // An empty line is a keep-alive.
      for (const line of lines.filter((text) => text !== '')) yield toLine(JSON.parse(line));
    }
    if (!answered.complete) throw new Error('the connection was cut');
  } finally {
    asked.destroy();
  }
};

/** Over gRPC. */
export const grpcLog: ReadLog = async function* ({ grpc }, { namespace, name, follow = false, since }) {
  const call = grpc.streamWorkflowExecutionLogs({
    name: `namespaces/${namespace}/workflowExecutions/${name}`,
    follow,
    since: since && parseTimestamp(since.toISOString()),
  });
  try {
    const messages: AsyncIterable<StreamWorkflowExecutionLogsResponse> = call;
    for await (const message of messages) {
      const { time, ...line } = message;
      // A line without a time is a keep-alive.
      if (time !== undefined) yield { ...line, time: formatTimestamp(time) ?? '' };
    }
  } catch (error) {
    throw errorOfStatus(error);
  } finally {
    call.cancel();
  }
};

/** Reads a log to its end. */
export async function readToEnd(lines: AsyncIterable<ReceivedLine>): Promise<ReceivedLine[]> {
  const all: ReceivedLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/* eslint-disable @typescript-eslint/consistent-type-assertions -- answers of the service under test: what is not as expected fails the expectations on it */
function toLine(raw: unknown): ReceivedLine {
  if ('error' in (raw as object)) throw errorOfProblem((raw as { error: unknown }).error);
  return { partial: false, ...(raw as Omit<ReceivedLine, 'partial'>) };
}

function errorOfProblem(problem: unknown): LogError {
  const { type, detail } = problem as { type: string; detail: string };
  return new LogError(type.split(':').at(-1) ?? '', detail);
}

function errorOfStatus(error: unknown): unknown {
  const { metadata, details } = error as ServiceError;
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(bytes)) return error;
  const info = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl.endsWith('ErrorInfo'));
  const { reason } = ErrorInfo.decode(info?.value ?? new Uint8Array());
  return new LogError(reason.toLowerCase().replaceAll('_', '-'), details);
}
/* eslint-enable @typescript-eslint/consistent-type-assertions */
