import { STATUS_CODES, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { httpLimits } from '../../connections/http-limits.ts';
import { recordOf, stringOf } from '../../kubernetes/json.ts';
import { ApiError } from '../errors/api-error.ts';
import { errorTable, type ErrorCode } from '../errors/error-table.ts';
import { toProblem } from './problem.dto.ts';

/** Code of the error of a body in many small pieces. */
export const tooManyPieces = 'TOO_MANY_PIECES';

/** Errors of Node's HTTP parser and timers, by code (https://nodejs.org/api/http.html#event-clienterror). */
const knownErrors: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'HeadersTooLarge',
    `request line and headers are larger than ${httpLimits.maxHeaderBytes} bytes`,
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['TooLarge', 'the extensions of the chunks of the body are too large'],
  [tooManyPieces]: ['InvalidArgument', 'the body arrives in too many small pieces: send it in larger ones'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'RequestTimeout',
    `headers must arrive within ${httpLimits.headersTimeoutMs / 1_000} s, and the request within ${httpLimits.requestTimeoutMs / 1_000} s`,
  ],
};

/**
 * Answers requests that are not valid HTTP, too large or too slow with a problem, and closes the connection. Further data is
 * discarded for a while, because closing with unread data resets the connection and may lose the answer.
 */
export function handleClientErrors(server: HttpServer | HttpsServer): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    responses.set(socket, response);
    response.once('close', () => responses.get(socket) === response && responses.delete(socket));
  });
  server.on('clientError', (thrown: unknown, socket: Duplex) => {
    // The last response has been sent.
    if (!socket.writable) return;
    const error = toApiError(thrown);
    if (error === undefined || isAnsweringOther(responses.get(socket))) return void socket.destroy();
    sendAndClose(socket, error);
  });
  // Node.js removes its own listeners from the connection of a CONNECT.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy()).resume();
    if (isAnsweringOther(responses.get(socket))) return void socket.destroy();
    sendAndClose(socket, new ApiError('InvalidArgument', 'CONNECT is not supported: this service is not a proxy'));
  });
}

function sendAndClose(socket: Duplex, error: ApiError): void {
  socket.end(responseText(error));
  const timer = setTimeout(() => socket.destroy(), httpLimits.lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Undefined for errors of the connection and of TLS. */
function toApiError(thrown: unknown): ApiError | undefined {
  const { code: value, reason } = recordOf(thrown);
  const code = stringOf(value) ?? '';
  const known = knownErrors[code];
  if (known !== undefined) return new ApiError(...known);
  if (!code.startsWith('HPE_')) return undefined;
  return new ApiError('InvalidArgument', `the request is not valid HTTP/1.1: ${stringOf(reason) ?? code}`);
}

/** Whether the connection has a response that has started, or that belongs to an earlier request. */
function isAnsweringOther(answer: ServerResponse | undefined): boolean {
  return answer !== undefined && (answer.headersSent || answer.req.complete);
}

function responseText(error: ApiError): string {
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
