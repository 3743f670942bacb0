import { HttpException } from '@nestjs/common';
import { ApiError } from './api-error.ts';
import type { ErrorCode } from './error-table.ts';

/** What Nest and Express answer by themselves, before or without a handler. */
const codes: Readonly<Record<number, ErrorCode>> = {
  404: 'RouteNotFound',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
};

/**
 * Anything thrown on the way of a request as the error that the caller gets. What is not known is Internal, and tells the
 * caller nothing of itself.
 */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof HttpException && thrown.getStatus() < 500) {
    return new ApiError(codes[thrown.getStatus()] ?? 'InvalidArgument', thrown.message, {}, { cause: thrown });
  }
  return new ApiError('Internal', 'an unexpected error; the log of the service has it', {}, { cause: thrown });
}
