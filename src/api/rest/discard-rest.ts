import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { httpLimits } from '../../connections/http-limits.ts';

/**
 * Reads what is left of a request and throws it away, for as long as a connection lingers. A connection on which something
 * is unread when it is closed is reset, and the answer may be lost with it (RFC 9112, section 9.6).
 *
 * @param then called once: when nothing is left, when the caller has gone away, or when the time is over
 */
export function discardRest(request: IncomingMessage, then: () => void): void {
  if (request.complete) return then();
  const timer = setTimeout(() => request.destroy(), httpLimits.lingerMs).unref();
  finished(request, { writable: false }, () => {
    clearTimeout(timer);
    then();
  });
  request.resume();
}
