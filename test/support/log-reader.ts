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

/** A line of a log, whatever the transport. */
export interface SeenLine {
  readonly time: string;
  readonly task: string;
  readonly step: string;
  readonly pod: string;
  readonly text: string;
  readonly partial: boolean;
}

/** Which log is asked for. */
export interface WantedLog {
  readonly namespace: string;
  readonly name: string;
  readonly follow?: boolean;
  readonly since?: Date;
}

/** Where the service is, and as whom it is asked. */
export interface LogsAt {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly grpc: WorkflowExecutionServiceClient;
}

/** What a log was refused with, or broke off with: the identifier of the error, as programs read it. */
export class LogRefused extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Reads a log; leaving the loop early ends the call. Throws LogRefused. */
export type ReadLog = (at: LogsAt, wanted: WantedLog) => AsyncGenerator<SeenLine, void, undefined>;

/** Over REST, as NDJSON. Not with `fetch`, whose body may end early, without an error, when its response is collected. */
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
    if (answered.statusCode !== 200) throw refusedWith(JSON.parse(await text(answered)));
    let rest = '';
    for await (const chunk of answered.setEncoding('utf8')) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      // An empty line is a keep-alive.
      for (const line of lines.filter((text) => text !== '')) yield seenLine(JSON.parse(line));
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
      // Without a time it is a keep-alive.
      if (time !== undefined) yield { ...line, time: formatTimestamp(time) ?? '' };
    }
  } catch (error) {
    throw refusedOver(error);
  } finally {
    call.cancel();
  }
};

/** All lines of a log that ends. */
export async function wholeLog(lines: AsyncIterable<SeenLine>): Promise<SeenLine[]> {
  const all: SeenLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/* eslint-disable @typescript-eslint/consistent-type-assertions -- answers of the service under test: what is not as expected fails the expectations on it */
function seenLine(raw: unknown): SeenLine {
  if ('error' in (raw as object)) throw refusedWith((raw as { error: unknown }).error);
  return { partial: false, ...(raw as Omit<SeenLine, 'partial'>) };
}

function refusedWith(problem: unknown): LogRefused {
  const { type, detail } = problem as { type: string; detail: string };
  return new LogRefused(type.split(':').at(-1) ?? '', detail);
}

function refusedOver(error: unknown): unknown {
  const { metadata, details } = error as ServiceError;
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(bytes)) return error;
  const info = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl.endsWith('ErrorInfo'));
  const { reason } = ErrorInfo.decode(info?.value ?? new Uint8Array());
  return new LogRefused(reason.toLowerCase().replaceAll('_', '-'), details);
}
/* eslint-enable @typescript-eslint/consistent-type-assertions */
