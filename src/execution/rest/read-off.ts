import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';

/**
 * Goes on when nothing of a request is left to be read. A connection on which something is unread when it is closed is
 * reset, and the answer may be lost with it (RFC 9112, section 9.6).
 */
export function readOff(request: IncomingMessage, then: () => void): void {
  if (request.complete) return then();
  finished(request, { writable: false }, () => then());
  request.resume();
}
