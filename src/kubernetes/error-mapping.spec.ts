import { describe, expect, it } from '@jest/globals';
import { toKubernetesError } from './error-mapping.ts';
import {
  AlreadyExistsError,
  CancelledError,
  ConflictError,
  ForbiddenError,
  GoneError,
  InvalidError,
  InvalidObjectError,
  KubernetesError,
  NotFoundError,
  ThrottledError,
  UnauthorizedError,
  UnavailableError,
} from './errors.ts';

const now = new Date('2026-01-01T00:00:00Z');
const answered = (status: number, body: unknown = {}, retryAfter?: string) =>
  toKubernetesError('GET /x', { kind: 'answer', status, body: JSON.stringify(body), retryAfter }, now);
const thrown = (error: unknown, cancelled = false, timeoutMs?: number) =>
  toKubernetesError('GET /x', { kind: 'thrown', error, cancelled, timeoutMs }, now);
const status = (code: number, reason: string, details?: object) => ({
  kind: 'Status',
  message: 'said the server',
  reason,
  code,
  details,
});

describe('an error response', () => {
  it.each([
    [400, 'BadRequest', InvalidError, 'Invalid'],
    [401, 'Unauthorized', UnauthorizedError, 'Unauthorized'],
    [403, 'Forbidden', ForbiddenError, 'Forbidden'],
    [404, 'NotFound', NotFoundError, 'NotFound'],
    [405, 'MethodNotAllowed', KubernetesError, 'Unknown'],
    [408, 'Timeout', UnavailableError, 'Unavailable'],
    [409, 'Conflict', ConflictError, 'Conflict'],
    [409, 'AlreadyExists', AlreadyExistsError, 'AlreadyExists'],
    [410, 'Expired', GoneError, 'Gone'],
    [413, 'RequestEntityTooLarge', InvalidError, 'Invalid'],
    [422, 'Invalid', InvalidError, 'Invalid'],
    [429, 'TooManyRequests', ThrottledError, 'Throttled'],
    [500, 'InternalError', UnavailableError, 'Unavailable'],
    [504, 'Timeout', UnavailableError, 'Unavailable'],
  ])('%i %s is %p', (code, reason, type, word) => {
    const error = answered(code, status(code, reason));
    expect(error.constructor).toBe(type);
    expect(error).toMatchObject({ name: type.name, code: word, status: code, reason, message: 'said the server' });
  });

  it.each([
    'etcdserver: request is too large',
    'rpc error: code = ResourceExhausted desc = trying to send message larger than max (2097200 vs. 2097152)',
  ])('500 is permanent when the object is too large for etcd: %s', (message) => {
    expect(answered(500, { ...status(500, ''), message })).toBeInstanceOf(InvalidError);
  });

  it('names the invalid fields', () => {
    const causes = [{ field: 'spec.a', message: 'must be set', reason: 'FieldValueRequired' }];
    expect(answered(422, status(422, 'Invalid', { causes })).details.causes).toEqual(causes);
  });

  it.each([
    ['7', undefined, 7_000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', undefined, 9_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', undefined, 0],
    ['soon', undefined, undefined],
    [undefined, 3, 3_000],
    ['1', 3, 1_000],
    [undefined, undefined, undefined],
  ])('Retry-After %j with retryAfterSeconds %j is %j ms', (header, retryAfterSeconds, ms) => {
    const error = answered(429, status(429, 'TooManyRequests', { retryAfterSeconds }), header);
    expect(error.retryAfterMs).toBe(ms);
  });

  it('without a Status quotes the body', () => {
    const page = { kind: 'answer', status: 502, body: '<h1>\n  Bad gateway</h1>' } as const;
    const error = toKubernetesError('GET /x', page, now);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe('GET /x returned 502: <h1> Bad gateway</h1>');
  });

  it('without a body has a message', () => {
    expect(answered(503, status(503, '')).message).toBe('said the server');
    expect(toKubernetesError('GET /x', { kind: 'answer', status: 503, body: '' }, now).message).toBe(
      'GET /x returned 503',
    );
  });

  it('in a watch is mapped by its code', () => {
    const error = toKubernetesError('watch', { kind: 'status', status: status(410, 'Expired') }, now);
    expect(error).toBeInstanceOf(GoneError);
    expect(toKubernetesError('watch', { kind: 'status', status: {} }, now).message).toBe('watch returned 0');
  });
});

describe('an exception', () => {
  it('becomes Unavailable, with the innermost message and the cause', () => {
    const cause = new TypeError('fetch failed', {
      cause: new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:1')]),
    });
    const error = thrown(cause);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe('GET /x failed: connect ECONNREFUSED 127.0.0.1:1');
    expect(error.cause).toBe(cause);
  });

  it.each([
    ['the caller gave up', thrown(new Error('aborted'), true), CancelledError, 'GET /x was cancelled by its caller'],
    ['time was up', thrown(new Error('aborted'), false, 50), UnavailableError, 'GET /x was not answered within 50 ms'],
    ['it is no error at all', thrown('odd'), UnavailableError, 'GET /x failed: odd'],
  ])('reports when %s', (_when, error, type, message) => {
    expect(error).toBeInstanceOf(type);
    expect(error.message).toBe(message);
  });

  it('that is a KubernetesError is kept', () => {
    const error = new InvalidObjectError('no list');
    expect(thrown(error)).toBe(error);
  });
});
