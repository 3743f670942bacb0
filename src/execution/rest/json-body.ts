import type { RequestHandler } from 'express';
import { json } from 'express';
import { ApiError } from '../errors/api-error.ts';
import { maxRequestBytes } from '../limits.ts';

/** Reads JSON bodies, and refuses those of another type and those that are too large before they are read. */
export const jsonBody: readonly RequestHandler[] = [
  (request, _response, next) => {
    // `is` answers null when there is no body, which leaves it to the handler to miss it.
    if (request.is('application/json') !== false) return next();
    const given = request.headers['content-type'];
    next(
      new ApiError(
        'UnsupportedMediaType',
        `the body must be application/json${given === undefined ? '' : `, not ${given}`}`,
      ),
    );
  },
  json({ limit: maxRequestBytes, type: 'application/json' }),
];
