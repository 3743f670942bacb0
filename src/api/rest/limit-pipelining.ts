import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { maxPipelinedRequests } from '../../config/limits.ts';
import { callsPerTurn, PacedQueue } from '../../connections/paced-queue.ts';

/** The requests of a connection. */
interface Requests {
  unanswered: number;
  /** Those that have not started, in order. */
  readonly waiting: (() => void)[];
}

/**
 * Handles the requests of a connection one after the other, and closes connections with many unanswered ones (RFC 9112,
 * section 9.3.2, lets clients expect that). Node.js emits all requests of a read, up to a thousand, in one turn of the event
 * loop and buffers all their responses. Over all connections, a bounded number of requests starts per turn
 * ({@link PacedQueue}).
 */
export function limitPipelining(): RequestHandler {
  const connections = new WeakMap<Socket, Requests>();
  const queue = new PacedQueue(callsPerTurn);
  return ({ socket }, response, next) => {
    const requests = connections.get(socket) ?? { unanswered: 0, waiting: [] };
    connections.set(socket, requests);
    if (requests.unanswered === maxPipelinedRequests) return void socket.destroy();
    const handle = () => queue.add(socket, { run: next, isObsolete: () => response.closed || response.destroyed });
    requests.unanswered += 1;
    response.once('close', () => {
      requests.unanswered -= 1;
      const following = requests.waiting.shift();
      // After other connections.
      if (following !== undefined) setImmediate(() => socket.destroyed || following());
    });
    if (requests.unanswered === 1) handle();
    else requests.waiting.push(handle);
  };
}
