import { describe, expect, it } from '@jest/globals';
import * as kubernetes from '../../kubernetes/errors.ts';
import { ApiError } from '../errors/api-error.ts';
import { toCallerError } from './kubernetes-errors.ts';

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
    ['caller gone', new kubernetes.CancelledError('canceled'), 'Cancelled'],
    ['not an execution', new kubernetes.InvalidObjectError('phase Foo'), 'Internal'],
    ['too large for etcd', new kubernetes.KubernetesError('too large', { status: 413 }), 'TooLarge'],
    ['no meaning', new kubernetes.KubernetesError('teapot', { status: 418 }), 'Internal'],
  ])('%s', (_, error, code) => {
    const answer = toCallerError(error, 'create', { namespace: 'payment', name: 'we-1' });

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

    expect(toCallerError(error, 'create', { namespace: 'payment', name: 'we-1' }).details.violations).toEqual([
      { path: ['spec', 'workflowRef', 'version'], message: 'must not' },
      { path: ['spec', 'a'], message: 'must equal spec.b' },
      { path: ['metadata', 'labels'], message: 'a valid label must be short' },
      { path: [], message: 'something is wrong' },
    ]);
  });

  it('keeps its retry time', () => {
    const error = new kubernetes.ThrottledError('slow down', { retryAfterMs: 7_000 });

    expect(toCallerError(error, 'create', { namespace: 'payment', name: 'we-1' }).details.retryAfterMs).toBe(7_000);
  });

  it('reveals no internal addresses', () => {
    const error = new kubernetes.UnavailableError('connect ECONNREFUSED 10.0.0.1:6443');

    expect(toCallerError(error, 'create', { namespace: 'payment', name: 'we-1' }).message).toBe(
      'the cluster is unreachable',
    );
  });
});
