import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/** Requests of one connection that may wait for their answers. HTTP clients send one after the other's answer. */
const mostUnanswered = 8;

/**
 * Closes connections with many unanswered requests (RFC 9112, section 9.3.2, lets clients expect that). Node.js hands on all
 * requests of what it reads at once, up to a thousand of them, and nothing else is done meanwhile.
 */
export function limitPipelining(): RequestHandler {
  const unanswered = new WeakMap<Socket, number>();
  return ({ socket }, response, next) => {
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    if (count > mostUnanswered) return void socket.destroy();
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    next();
  };
}
