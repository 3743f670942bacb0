import { HttpException, NotFoundException, PayloadTooLargeException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import * as kubernetes from '../../kubernetes/errors.ts';
import { affectedExecution, affectedNamespace } from '../resource/names.ts';
import { ApiError, invalidArgument } from './api-error.ts';
import { errorTable, problemType } from './error-table.ts';
import { toCallerError } from './kubernetes-errors.ts';
import { toApiError } from './to-api-error.ts';

const subject = {
  resource: affectedExecution({ namespace: 'payment', name: 'we-1' }),
  parent: affectedNamespace('payment'),
};
const terminating = { field: '', message: 'namespace is being terminated', reason: 'NamespaceTerminating' };

describe('an error of the API server', () => {
  it.each([
    ['no such namespace', new kubernetes.NotFoundError('no', { reason: 'NotFound' }), 'NotFound'],
    ['no such resource type', new kubernetes.NotFoundError('404 page not found'), 'Unavailable'],
    ['name taken', new kubernetes.AlreadyExistsError('taken'), 'AlreadyExists'],
    ['conflict', new kubernetes.ConflictError('changed'), 'Aborted'],
    ['gone', new kubernetes.GoneError('too old'), 'Aborted'],
    ['refused by admission', new kubernetes.ForbiddenError('exceeded quota'), 'PermissionDenied'],
    ['namespace terminating', new kubernetes.ForbiddenError('no', { causes: [terminating] }), 'FailedPrecondition'],
    ['invalid', new kubernetes.InvalidError('bad'), 'InvalidArgument'],
    ['throttled', new kubernetes.ThrottledError('slow down'), 'ResourceExhausted'],
    ['own credentials refused', new kubernetes.UnauthorizedError('who are you'), 'Unavailable'],
    ['out of reach', new kubernetes.UnavailableError('ECONNREFUSED 10.0.0.1'), 'Unavailable'],
    ['caller gone', new kubernetes.CancelledError('cancelled'), 'Cancelled'],
    ['not an execution', new kubernetes.InvalidObjectError('phase Foo'), 'Internal'],
    ['too large for etcd', new kubernetes.KubernetesError('too large', { status: 413 }), 'TooLarge'],
    ['no meaning', new kubernetes.KubernetesError('teapot', { status: 418 }), 'Internal'],
  ])('%s', (_, error, code) => {
    const answer = toCallerError(error, subject);

    expect(answer).toBeInstanceOf(ApiError);
    expect(answer.code).toBe(code);
    expect(answer.cause).toBe(error);
  });

  it('keeps fields and rules without values', () => {
    const error = new kubernetes.InvalidError('many words', {
      causes: [
        {
          field: 'spec.workflowRef.version',
          message: 'Invalid value: "a \\"b": must not',
          reason: 'FieldValueInvalid',
        },
        { field: 'spec.a', message: 'Invalid value: must equal spec.b', reason: 'FieldValueInvalid' },
        { field: '<nil>', message: 'null: some validation rules were not checked', reason: 'FieldValueInvalid' },
        { field: 'metadata.labels', message: 'a valid label must be short', reason: 'FieldValueInvalid' },
        { field: '', message: 'something is wrong', reason: '' },
      ],
    });

    expect(toCallerError(error, subject).details.violations).toEqual([
      { path: ['spec', 'workflowRef', 'version'], message: 'must not' },
      { path: ['spec', 'a'], message: 'must equal spec.b' },
      { path: ['metadata', 'labels'], message: 'a valid label must be short' },
      { path: [], message: 'something is wrong' },
    ]);
  });

  it('keeps its retry time', () => {
    const error = new kubernetes.ThrottledError('slow down', { retryAfterMs: 7_000 });

    expect(toCallerError(error, subject).details.retryAfterMs).toBe(7_000);
  });

  it('reveals no internal addresses', () => {
    const error = new kubernetes.UnavailableError('connect ECONNREFUSED 10.0.0.1:6443');

    expect(toCallerError(error, subject).message).toBe('the cluster is unreachable');
  });
});

describe('an error of a request', () => {
  it.each([
    ['no such route', new NotFoundException('Cannot GET /x'), 'RouteNotFound'],
    ['large body', new PayloadTooLargeException(), 'TooLarge'],
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
