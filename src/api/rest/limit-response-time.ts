import type { RequestHandler } from 'express';
import { responseTimeoutMs } from '../../config/limits.ts';

/**
 * Closes connections whose client does not read its response: there was no progress for `timeoutMs` milliseconds.
 */
export function limitResponseTime(timeoutMs = responseTimeoutMs): RequestHandler {
  return (_request, response, next) => {
    response.setTimeout(timeoutMs, () => {
      if (response.writableEnded || response.writableNeedDrain) response.destroy();
    });
    next();
  };
}
