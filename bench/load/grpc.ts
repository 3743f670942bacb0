import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { join } from 'node:path';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import type { ServiceAddress } from './service-address.ts';

/** An open stream. */
export interface GrpcStream {
  /** Resolves after `close`; rejects if it ended otherwise. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/** The methods of the execution API with their request encoders. */
const methods = loadMethods();
/** Length of a message prefix: compression flag and message length. */
const prefixBytes = 5;
/** Flow control window in bytes: larger than a page, so that the server never waits. */
const windowBytes = 4 * 1024 * 1024;

/**
 * A bare gRPC client of the execution API: HTTP/2 of Node.js on one connection, requests encoded by the .proto file, responses
 * as bytes. It does only what a call requires.
 */
export class GrpcClient {
  readonly #session: ClientHttp2Session;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ address, ca, token }: ServiceAddress) {
    this.#session = connect(`https://${address}`, { ca, settings: { initialWindowSize: windowBytes } });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(windowBytes));
    // Calls in flight fail by themselves.
    this.#session.on('error', () => undefined);
    const content = { 'content-type': 'application/grpc', te: 'trailers' };
    this.#headers = { ':method': 'POST', authorization: `Bearer ${token}`, ...content };
  }

  /**
   * Calls a unary method.
   *
   * @returns the bytes of the response
   * @throws Error with the status, unless it is OK
   */
  call(method: string, request: object): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const stream = this.#open(method, request);
      const parts: Buffer[] = [];
      const status = statusOf(stream);
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('error', reject);
      stream.on('end', () => {
        if (status.code === '0') resolve(Buffer.concat(parts).subarray(prefixBytes));
        else reject(new Error(`${method}: status ${status.code} ${status.message}`));
      });
    });
  }

  /**
   * Calls a streaming method.
   *
   * @param onMessage gets the bytes of each message, which are valid until it returns
   */
  stream(method: string, request: object, onMessage: (message: Buffer) => void): GrpcStream {
    const stream = this.#open(method, request);
    const status = statusOf(stream);
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    let closed = false;
    stream.on('data', messagesTo(onMessage));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      if (closed) resolve();
      else reject(new Error(`${method} has ended: status ${status.code} ${status.message}`));
    });
    // Awaited by those who want to know.
    ended.catch(() => undefined);
    return {
      ended,
      close() {
        closed = true;
        stream.close();
      },
    };
  }

  /** Closes the connection with its calls. */
  close(): void {
    this.#session.destroy();
  }

  #open(name: string, request: object): ClientHttp2Stream {
    const method = methods[name];
    if (method === undefined) throw new Error(`unknown method ${name}`);
    const message = method.requestSerialize(request);
    const prefix = Buffer.alloc(prefixBytes);
    prefix.writeUInt32BE(message.length, 1);
    const stream = this.#session.request({ ...this.#headers, ':path': method.path });
    stream.end(Buffer.concat([prefix, message]));
    return stream;
  }
}

function loadMethods(): Readonly<Record<string, MethodDefinition<object, object>>> {
  const [directory, name] = [join(import.meta.dirname, '..', '..', 'proto'), 'kubernaut.workflowexecution.v1'];
  const definitions = loadSync('kubernaut/workflowexecution/v1/workflow_execution.proto', { includeDirs: [directory] });
  const service = definitions[`${name}.WorkflowExecutionService`];
  if (service === undefined || 'format' in service) throw new Error('the .proto file has no service');
  return { ...service };
}

/** The status is in the trailers, or in the headers of a trailers-only response. */
function statusOf(stream: ClientHttp2Stream): { code: string; message: string } {
  const status = { code: 'unknown', message: '' };
  const read = ({ 'grpc-status': code, 'grpc-message': message }: IncomingHttpHeaders): void => {
    if (typeof code !== 'string') return;
    status.code = code;
    status.message = typeof message === 'string' ? decodeURIComponent(message) : '';
  };
  stream.on('response', read);
  stream.on('trailers', read);
  return status;
}

/** Splits chunks into messages. */
function messagesTo(onMessage: (message: Buffer) => void): (part: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (part) => {
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    let from = 0;
    while (bytes.length - from >= prefixBytes) {
      const end = from + prefixBytes + bytes.readUInt32BE(from + 1);
      if (end > bytes.length) break;
      onMessage(bytes.subarray(from + prefixBytes, end));
      from = end;
    }
    rest = bytes.subarray(from);
  };
}
