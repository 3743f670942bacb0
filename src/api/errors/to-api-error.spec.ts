import { HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { invalidArgument } from './api-error.ts';
import { errorTable, problemType } from './error-table.ts';
import { toApiError } from './to-api-error.ts';

describe('an error of a request', () => {
  it.each([
    ['no such route', new NotFoundException('Cannot GET /x'), 'RouteNotFound'],
    ['other media', new HttpException('unsupported charset', 415), 'UnsupportedMediaType'],
    ['unreadable', new HttpException('request aborted', 400), 'InvalidArgument'],
    ['a failure of Nest', new HttpException('boom', 502), 'Internal'],
    ['a bug', new TypeError('x is not a function'), 'Internal'],
    ['no error at all', 'boom', 'Internal'],
  ])('%s', (_, thrown, code) => {
    expect(toApiError(thrown).code).toBe(code);
  });

  it.each([
    ['{"PASSWORD":"hunter2"', 'the body is not JSON at position 21 (line 1 column 22)'],
    ['{"PASSWORD":hunter2}', 'the body is not JSON'],
  ])('locates invalid JSON without quoting it: %s', (body, message) => {
    const cause = syntaxErrorOf(body);

    expect(toApiError(new HttpException(cause.message, 400, { cause })).message).toBe(message);
  });

  it('reveals nothing if it is unexpected', () => {
    expect(toApiError(new Error('password=hunter2')).message).not.toContain('hunter2');
  });

  it('is not changed if it is an ApiError', () => {
    const error = invalidArgument([]);

    expect(toApiError(error)).toBe(error);
  });
});

describe('a violation', () => {
  it('is truncated if its key or message is long', () => {
    const { message, details } = invalidArgument([
      { path: ['spec', 'x'.repeat(100_000)], message: 'y'.repeat(100_000) },
    ]);

    expect(message.length).toBeLessThan(1_000);
    expect(JSON.stringify(details).length).toBeLessThan(1_000);
  });
});

describe('the error table', () => {
  it('maps every error to both transports', () => {
    const rows = Object.entries(errorTable).map(([code, { grpc, http }]) => `${code} ${grpc} ${http}`);

    expect(rows).toEqual([
      'InvalidArgument 3 400',
      'Unauthenticated 16 401',
      'PermissionDenied 7 403',
      'NotFound 5 404',
      'RouteNotFound 12 404',
      'MethodNotAllowed 12 405',
      'AlreadyExists 6 409',
      'RequestIdReused 6 409',
      'FailedPrecondition 9 409',
      'Aborted 10 409',
      'LogsGone 5 410',
      'PositionExpired 11 410',
      'NotAcceptable 3 406',
      'TooLarge 8 413',
      'HeadersTooLarge 8 431',
      'RequestTimeout 4 408',
      'UnsupportedMediaType 3 415',
      'ResourceExhausted 8 429',
      'Cancelled 1 499',
      'Internal 13 500',
      'Unavailable 14 503',
    ]);
    expect(problemType('UnsupportedMediaType')).toBe('urn:kubernaut:workflowexecution:problem:unsupported-media-type');
  });
});

/** The error of V8 for invalid JSON. */
function syntaxErrorOf(text: string): SyntaxError {
  try {
    JSON.parse(text);
  } catch (error) {
    // Of this realm, unlike the one that is thrown.
    return new SyntaxError(error instanceof Error ? error.message : String(error));
  }
  throw new Error('it is JSON');
}
