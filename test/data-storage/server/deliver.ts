import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WeatherKind } from '../weather/weather.ts';
import type { Answer } from './answer.ts';

/** Sends an answer, as far as the weather lets it through. */
export function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  weather: WeatherKind,
): void {
  switch (weather) {
    case 'resetAfterTaking':
      return void request.socket.resetAndDestroy();
    case 'hangAfterTaking':
      return;
    case 'halfAnswer':
      return sendHalf(request, response, answer);
    default:
      return send(request, response, answer);
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  response.end(writeHead(request, response, answer));
  // What comes after the length that is read is thrown away, so that the client sees the answer and not a reset.
  request.resume();
}

function sendHalf(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = writeHead(request, response, answer);
  response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
}

function writeHead(request: IncomingMessage, response: ServerResponse, answer: Answer): Buffer {
  const { status, contentType, headers, body } = answer;
  const isProblem = contentType === 'application/problem+json';
  const bytes = Buffer.from(JSON.stringify(isProblem ? { ...body, instance: request.url } : body));
  response.writeHead(status, { ...headers, 'content-type': contentType, 'content-length': bytes.length });
  return bytes;
}
