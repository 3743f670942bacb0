import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { noteRefusal } from '../call/call-span.ts';
import { ApiError } from '../errors/api-error.ts';
import { errorTable } from '../errors/error-table.ts';
import { executionOf } from '../errors/failed-call.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { discardRest } from './discard-rest.ts';
import { toProblem } from './problem.ts';

/** Answers every error of the HTTP side as application/problem+json (RFC 9457), and logs those that are our fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('ExecutionApi');

  /** @param methodsOf which methods an address has */
  constructor(private readonly methodsOf: (address: string) => readonly string[] = () => []) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const { method, originalUrl, params } = request;
    const response = http.getResponse<Response>();
    const known = toApiError(thrown);
    const methods = known.code === 'RouteNotFound' ? this.methodsOf(originalUrl) : [];
    const error = methods.length === 0 ? known : notAllowed(method, methods);
    noteRefusal(error);
    if (error.code === 'Internal')
      this.logger.error({ ...executionOf(params), err: error.cause, method, url: originalUrl, msg: error.message });
    if (response.headersSent) return void response.destroy();
    // RFC 9110, section 10.2.1
    if (methods.length > 0) response.header('Allow', methods.join(', '));
    answer(response, error, originalUrl);
    discardRest(request, () => response.end());
  }
}

function notAllowed(method: string, methods: readonly string[]): ApiError {
  return new ApiError('MethodNotAllowed', `this address has ${methods.join(' and ')}, not ${method}`);
}

/** Writes the whole answer at once: whoever is refused need not send the rest of the request to learn it. */
function answer(response: Response, error: ApiError, instance: string): void {
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
