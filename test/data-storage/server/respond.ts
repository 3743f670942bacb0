import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultKind } from '../faults/fault.ts';
import type { ApiResponse } from './api-response.ts';

/** Sends a response, as far as the fault allows. */
export function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ApiResponse,
  fault: FaultKind,
): void {
  switch (fault) {
    case 'resetAfterStoring':
      return void request.socket.resetAndDestroy();
    case 'hangAfterStoring':
      return;
    case 'truncated':
      return sendHalf(request, response, answer);
    default:
      return send(request, response, answer);
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: ApiResponse): void {
  response.end(writeHead(request, response, answer));
  // What comes after the length that is read is thrown away, so that the client sees the answer and not a reset.
  request.resume();
}

function sendHalf(request: IncomingMessage, response: ServerResponse, answer: ApiResponse): void {
  const body = writeHead(request, response, answer);
  response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
}

function writeHead(request: IncomingMessage, response: ServerResponse, answer: ApiResponse): Buffer {
  const { status, contentType, headers, body } = answer;
  const isProblem = contentType === 'application/problem+json';
  const bytes = Buffer.from(JSON.stringify(isProblem ? { ...body, instance: request.url } : body));
  response.writeHead(status, { ...headers, 'content-type': contentType, 'content-length': bytes.length });
  return bytes;
}
