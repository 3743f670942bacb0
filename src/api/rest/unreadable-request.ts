import { STATUS_CODES, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { httpLimits } from '../../connections/http-limits.ts';
import { recordOf, stringOf } from '../../kubernetes/json.ts';
import { ApiError } from '../errors/api-error.ts';
import { errorTable, type ErrorCode } from '../errors/error-table.ts';
import { toProblem } from './problem.ts';

/** What Node refuses before there is a request, by its error code (https://nodejs.org/api/http.html#event-clienterror). */
const refusals: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'HeadersTooLarge',
    `request line and headers are larger than ${httpLimits.maxHeaderBytes} bytes`,
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['TooLarge', 'the extensions of the chunks of the body are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'RequestTimeout',
    `headers have to be there within ${httpLimits.headersTimeoutMs / 1_000} s, a whole request within ${httpLimits.requestTimeoutMs / 1_000} s`,
  ],
};

/**
 * Answers what is no HTTP, is too large or takes too long to be read with a problem, as all else is, and closes the
 * connection so that the answer gets through: what still comes is read and thrown away, for a while.
 */
export function answerUnreadable(server: HttpServer | HttpsServer): void {
  const underWay = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    underWay.set(socket, response);
    // A connection that is kept does not keep its last answer.
    response.once('close', () => underWay.get(socket) === response && underWay.delete(socket));
  });
  server.on('clientError', (thrown: unknown, socket: Duplex) => {
    // What comes after an answer that was the last one is of no interest.
    if (!socket.writable) return;
    const error = refusalOf(thrown);
    if (error === undefined || isOfAnother(underWay.get(socket))) return void socket.destroy();
    endWith(socket, error);
  });
  // Node.js hands over the connection, and from then on nothing but this listens to it.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy()).resume();
    if (isOfAnother(underWay.get(socket))) return void socket.destroy();
    endWith(socket, new ApiError('InvalidArgument', 'there is no CONNECT: this service is not a proxy'));
  });
}

function endWith(socket: Duplex, error: ApiError): void {
  socket.end(answerTo(error));
  const timer = setTimeout(() => socket.destroy(), httpLimits.lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Undefined for what is no fault of a request: of the connection, or of its TLS. */
function refusalOf(thrown: unknown): ApiError | undefined {
  const { code: given, reason } = recordOf(thrown);
  const code = stringOf(given) ?? '';
  const known = refusals[code];
  if (known !== undefined) return new ApiError(...known);
  if (!code.startsWith('HPE_')) return undefined;
  return new ApiError('InvalidArgument', `the request is no HTTP/1.1: ${stringOf(reason) ?? code}`);
}

/** Whether an answer is under way that this one would be mixed up with: one that has begun, or is of a request before. */
function isOfAnother(answer: ServerResponse | undefined): boolean {
  return answer !== undefined && (answer.headersSent || answer.req.complete);
}

function answerTo(error: ApiError): string {
  const { http } = errorTable[error.code];
  const body = JSON.stringify(toProblem(error));
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ''}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
