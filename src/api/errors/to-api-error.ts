import { HttpException } from '@nestjs/common';
import { ApiError } from './api-error.ts';
import type { ErrorCode } from './error-table.ts';

/** Errors of Nest, Express and the body parser, by HTTP status. */
const frameworkErrors: Readonly<Record<number, (message: string) => [ErrorCode, string]>> = {
  404: (message) => ['RouteNotFound', message],
  415: (message) => ['UnsupportedMediaType', message],
};

/** The error that the caller gets for anything thrown. Unknown errors are Internal and reveal nothing. */
export function toApiError(thrown: unknown): ApiError {
  const cause = { cause: thrown };
  if (thrown instanceof ApiError) return thrown;
  // The body parser wraps errors of its hooks.
  if (thrown instanceof HttpException && thrown.cause instanceof ApiError) return thrown.cause;
  if (!(thrown instanceof HttpException) || thrown.getStatus() >= 500) {
    return new ApiError('Internal', 'unexpected error; see the log of the service', {}, cause);
  }
  const [code, message] = frameworkErrors[thrown.getStatus()]?.(thrown.message) ?? [
    'InvalidArgument',
    unreadable(thrown),
  ];
  return new ApiError(code, message, {}, cause);
}

/** For invalid JSON, a URL that is not UTF-8, an aborted request. */
function unreadable({ cause, message }: HttpException): string {
  if (!(cause instanceof SyntaxError)) return `the request cannot be read: ${message}`;
  // Besides the position, V8 quotes the body, which may contain secrets.
  const [position] = /at position \d+( \(line \d+ column \d+\))?$/.exec(message) ?? [];
  return `the body is not JSON${position === undefined ? '' : ` ${position}`}`;
}
