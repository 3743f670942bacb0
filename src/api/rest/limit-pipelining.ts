import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { maxPipelinedRequests } from '../../config/limits.ts';
import { callsPerTurn, PacedQueue } from '../../connections/paced-queue.ts';

/**
 * Handles the requests of a connection one after the other, and closes connections with many unanswered ones (RFC 9112,
 * section 9.3.2, lets clients expect that). Node.js emits all requests of a read, up to a thousand, in one turn of the event
 * loop and buffers all their responses. Over all connections, a bounded number of requests starts per turn
 * ({@link PacedQueue}).
 */
export function limitPipelining(): RequestHandler {
  const unanswered = new WeakMap<Socket, (() => void)[]>();
  const queue = new PacedQueue(callsPerTurn);
  return ({ socket }, response, next) => {
    const requests = unanswered.get(socket) ?? [];
    unanswered.set(socket, requests);
    if (requests.length === maxPipelinedRequests) return void socket.destroy();
    const handle = () => queue.add(socket, { run: next, isObsolete: () => response.closed || response.destroyed });
    requests.push(handle);
    response.once('close', () => {
      requests.shift();
      // After other connections.
      setImmediate(() => socket.destroyed || requests[0]?.());
    });
    if (requests.length === 1) handle();
  };
}
