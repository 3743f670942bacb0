import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { StreamQueue } from '../../connections/stream-queue.ts';

/** Requests of one connection that may be unanswered. HTTP clients send one after the other's answer. */
const mostUnanswered = 8;

/**
 * Handles the requests of a connection one after the other, and closes connections with many unanswered ones (RFC 9112, section
 * 9.3.2, lets clients expect that). Node.js hands on all requests of what it reads at once, up to a thousand of them, and nothing
 * else is done meanwhile; it also keeps the answers to all of them in memory until the first one is read. Of all connections
 * together, a bounded number of requests begins per turn of the event loop ({@link StreamQueue}).
 */
export function limitPipelining(): RequestHandler {
  const unanswered = new WeakMap<Socket, (() => void)[]>();
  const queue = new StreamQueue();
  return ({ socket }, response, next) => {
    const requests = unanswered.get(socket) ?? [];
    unanswered.set(socket, requests);
    if (requests.length === mostUnanswered) return void socket.destroy();
    const handle = () => queue.add(socket, response, next);
    requests.push(handle);
    response.once('close', () => {
      requests.shift();
      // Other connections come first.
      setImmediate(() => socket.destroyed || requests[0]?.());
    });
    if (requests.length === 1) handle();
  };
}
