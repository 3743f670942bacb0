import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { json } from 'express';
import { ApiError } from '../errors/api-error.ts';
import { maxRequestBytes } from '../limits.ts';
import { assertUnambiguous } from './unambiguous-body.ts';

/** Reads JSON bodies, and refuses those of another type and those that are too large before they are read. */
export const jsonBody: readonly RequestHandler[] = [
  (request, _response, next) => {
    // `is` answers null when there is no body, which leaves it to the handler to miss it.
    const { 'content-type': given, 'content-length': length } = request.headers;
    const isEmpty = given === undefined && length === '0';
    if (isEmpty || request.is('application/json') !== false) return next();
    next(
      new ApiError(
        'UnsupportedMediaType',
        `the body must be application/json${given === undefined ? '' : `, not ${given}`}`,
      ),
    );
  },
  json({ limit: maxRequestBytes, type: 'application/json', verify }),
];

function verify(_request: IncomingMessage, _response: ServerResponse, body: Buffer, charset: string): void {
  assertUnambiguous(body, charset);
}
