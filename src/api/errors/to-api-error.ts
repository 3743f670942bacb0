import { HttpException } from '@nestjs/common';
import { ApiError } from './api-error.ts';
import type { ErrorCode } from './error-table.ts';
import { maxRequestBytes } from '../../config/limits.ts';

/** What Nest, Express and its body parser answer by themselves, before or without a handler, by HTTP status. */
const refusals: Readonly<Record<number, (message: string) => [ErrorCode, string]>> = {
  404: (message) => ['RouteNotFound', message],
  413: () => ['TooLarge', `the body is larger than ${maxRequestBytes} bytes`],
  415: (message) => ['UnsupportedMediaType', message],
};

/**
 * Anything thrown on the way of a request as the error that the caller gets. What is not known is Internal, and tells the
 * caller nothing of itself.
 */
export function toApiError(thrown: unknown): ApiError {
  const cause = { cause: thrown };
  if (thrown instanceof ApiError) return thrown;
  // The body parser wraps what its hooks throw.
  if (thrown instanceof HttpException && thrown.cause instanceof ApiError) return thrown.cause;
  if (!(thrown instanceof HttpException) || thrown.getStatus() >= 500) {
    return new ApiError('Internal', 'an unexpected error; the log of the service has it', {}, cause);
  }
  const [code, message] = refusals[thrown.getStatus()]?.(thrown.message) ?? ['InvalidArgument', unreadable(thrown)];
  return new ApiError(code, message, {}, cause);
}

/** A body that is no JSON, an address that is no UTF-8, a request that broke off. */
function unreadable({ cause, message }: HttpException): string {
  if (!(cause instanceof SyntaxError)) return `the request can not be read: ${message}`;
  // What V8 says beside the place quotes the body, in which there may be secrets.
  const [place] = /at position \d+( \(line \d+ column \d+\))?$/.exec(message) ?? [];
  return `the body is not JSON${place === undefined ? '' : ` ${place}`}`;
}
