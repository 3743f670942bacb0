import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { json } from 'express';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { maxRequestBytes } from '../limits.ts';
import { doubledKey } from './doubled-key.ts';

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
  json({ limit: maxRequestBytes, type: 'application/json', verify: assertUnambiguous }),
];

/**
 * RFC 8259 wants UTF-8, and that no object has a key twice. By itself the parser would put U+FFFD for what is not UTF-8,
 * and take the last of several values.
 */
function assertUnambiguous(_request: IncomingMessage, _response: ServerResponse, body: Buffer, charset: string): void {
  if (charset !== 'utf-8') throw new ApiError('UnsupportedMediaType', `the charset must be utf-8, not ${charset}`);
  if (!isUtf8(body)) throw new ApiError('InvalidArgument', 'the body is not UTF-8');
  const doubled = doubledKey(body.toString('utf8'));
  if (doubled !== undefined) throw invalidField(doubled, 'is given twice');
}
