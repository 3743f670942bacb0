import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { RequestHandler } from 'express';
import { joinPieces } from '../../connections/join-pieces.ts';
import { SmallPieces } from '../../connections/small-pieces.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { tooManyPieces } from './client-errors.ts';

/** Bytes of a body that are passed on together. */
const blockBytes = 16 * 1024;

/**
 * Joins the pieces of request bodies to blocks, and refuses a body that arrives in many small ones ({@link SmallPieces}). To be
 * installed before anything that waits: the body follows immediately.
 */
export function joinChunks(server: HttpServer | HttpsServer, clock: Pick<Clock, 'elapsedMs'>): RequestHandler {
  const pieces = new SmallPieces(clock);
  return (request, _response, next) => {
    const { socket } = request;
    const admits = pieces.ofBody(socket);
    let isRefused = false;
    joinPieces(request, {
      readyBytes: (_received, length) => (length < blockBytes ? 0 : length),
      admits: (bytes) => {
        if (isRefused) return false;
        isRefused = !admits(bytes);
        // The same answer as that to invalid chunks.
        if (isRefused) server.emit('clientError', Object.assign(new Error(), { code: tooManyPieces }), socket);
        return !isRefused;
      },
    });
    next();
  };
}
