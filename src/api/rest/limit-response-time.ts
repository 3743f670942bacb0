import type { RequestHandler } from 'express';
import { responseTimeoutMs } from '../../config/limits.ts';

/** Watches and logs, which wait for their client. */
const streams = /^\/api\/v1\/(watch\/|namespaces\/[^/]+\/workflowexecutions\/[^/]+\/log\/?$)/i;

/** Closes connections whose client does not read its response: there was no progress for `timeoutMs` milliseconds. */
export function limitResponseTime(timeoutMs = responseTimeoutMs): RequestHandler {
  return ({ path }, response, next) => {
    if (!streams.test(path)) {
      response.setTimeout(timeoutMs, () => void (response.headersSent && response.destroy()));
    }
    next();
  };
}
