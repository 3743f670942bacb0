import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';

/** The service's methods. */
const service = '/kubernaut.workflowexecution.v1.WorkflowExecutionService';

/** Paths of the methods. */
export const methods = {
  create: `${service}/CreateWorkflowExecution`,
  list: `${service}/ListWorkflowExecutions`,
  watch: `${service}/WatchWorkflowExecutions`,
  health: '/grpc.health.v1.Health/Check',
  healthWatch: '/grpc.health.v1.Health/Watch',
  reflection: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
} as const;

/** Opens an HTTP/2 connection to the gRPC port; connection errors are ignored. */
export function session(
  port: number,
  from = '127.0.0.1',
  settings: { initialWindowSize?: number } = {},
): ClientHttp2Session {
  const options = { rejectUnauthorized: false, localAddress: from, settings };
  return connect(`https://localhost:${port}`, { ...options, host: '127.0.0.1' }).on('error', () => undefined);
}

/** The headers of a gRPC call. */
export function headersOf(path: string, token?: string, more: Readonly<Record<string, string>> = {}) {
  return {
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...more,
  };
}

/** A length-prefixed gRPC message. */
export function framed(message: Buffer, compressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(compressed ? 1 : 0);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** A unary call; resolves to its gRPC status, or -1 if it was reset or the connection closed. */
export function call(
  connection: ClientHttp2Session,
  path: string,
  body: Buffer,
  options: { readonly token?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<number> {
  if (connection.destroyed || connection.closed) return Promise.resolve(-1);
  const stream = connection.request(headersOf(path, options.token, options.headers));
  return new Promise((resolve) => {
    const read = (headers: IncomingHttpHeaders) => {
      const status = headers['grpc-status'];
      if (status !== undefined) resolve(Number(status));
    };
    stream.on('response', read).on('trailers', read);
    stream.on('error', () => undefined).on('close', () => resolve(-1));
    stream.resume();
    stream.end(body);
  });
}

/** A length-delimited protobuf field: string, bytes or message. */
export function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A protobuf varint. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
}
