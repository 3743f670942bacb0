import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { httpLimits } from '../../connections/http-limits.ts';
import { ApiError } from '../errors/api-error.ts';
import { errorTable } from '../errors/error-table.ts';
import { failCall } from '../call/failed-call.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { toProblem } from './problem.dto.ts';

/** Answers errors over REST as application/problem+json (RFC 9457) and logs internal ones. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param methodsOf the methods of an address, for 405 */
  constructor(private readonly methodsOf: (address: string) => readonly string[] = () => []) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const { method, originalUrl, params } = request;
    const response = http.getResponse<Response>();
    const methods = toApiError(thrown).code === 'RouteNotFound' ? this.methodsOf(originalUrl) : [];
    const refusal = methods.length === 0 ? thrown : notAllowed(method, methods);
    const error = failCall(refusal, { parameters: params, method, url: originalUrl });
    if (response.headersSent) return void response.destroy();
    // RFC 9110, section 10.2.1
    if (methods.length > 0) response.header('Allow', methods.join(', '));
    write(response, error, originalUrl);
    drainRequest(request, () => response.end());
  }
}

function notAllowed(method: string, methods: readonly string[]): ApiError {
  return new ApiError('MethodNotAllowed', `this address supports ${methods.join(' and ')}, not ${method}`);
}

/** Writes the whole response before the rest of the request is read. */
function write(response: Response, error: ApiError, instance: string): void {
  const { retryAfterMs } = error.details;
  if (retryAfterMs !== undefined) response.header('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  // RFC 6750, section 3
  if (error.code === 'Unauthenticated') response.header('WWW-Authenticate', 'Bearer realm="workflow-execution"');
  const body = Buffer.from(JSON.stringify(toProblem(error, instance)));
  response
    .status(errorTable[error.code].http)
    .type('application/problem+json; charset=utf-8')
    .header('Content-Length', String(body.length))
    .write(body);
}

/**
 * Discards the rest of a request, for as long as a connection lingers. Closing a connection with unread data resets it and
 * may lose the response (RFC 9112, section 9.6).
 *
 * @param then called once: when the request is read, its caller is gone, or the time is over
 */
export function drainRequest(request: IncomingMessage, then: () => void): void {
  if (request.complete) return then();
  const timer = setTimeout(() => request.destroy(), httpLimits.lingerMs).unref();
  finished(request, { writable: false }, () => {
    clearTimeout(timer);
    then();
  });
  request.resume();
}
