import type { RequestHandler } from 'express';
import { responseTimeoutMs } from '../../config/limits.ts';

/**
 * Closes connections whose client does not read its response: there was no progress for `timeoutMs` milliseconds. Streams wait
 * for their client: they turn it off.
 */
export function limitResponseTime(timeoutMs = responseTimeoutMs): RequestHandler {
  return (_request, response, next) => {
    response.setTimeout(timeoutMs, () => void (response.headersSent && response.destroy()));
    next();
  };
}
