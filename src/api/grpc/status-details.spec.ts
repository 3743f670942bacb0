import { describe, expect, it } from '@jest/globals';
import { ApiError, invalidArgument } from '../errors/api-error.ts';
import {
  BadRequest,
  ErrorInfo,
  PreconditionFailure,
  ResourceInfo,
  RetryInfo,
} from '../generated/google/rpc/error_details.ts';
import { Status } from '../generated/google/rpc/status.ts';
import { statusDetailsKey, toGrpcStatus } from './status-details.ts';

const decoders = { ErrorInfo, BadRequest, PreconditionFailure, ResourceInfo, RetryInfo };

/** The details that a caller reads, by the name of their type. */
function detailsOf(error: ApiError): Record<string, unknown> {
  const [bytes] = toGrpcStatus(error).metadata.get(statusDetailsKey);
  const { details } = Status.decode(bytes as Buffer);
  return Object.fromEntries(
    details.map(({ typeUrl, value }) => {
      const name = typeUrl.replace('type.googleapis.com/google.rpc.', '') as keyof typeof decoders;
      return [name, decoders[name].decode(value)];
    }),
  );
}

function infoOf(reason: string): ErrorInfo {
  return { reason, domain: 'workflowexecution.kubernaut.ai', metadata: {} };
}

describe('an error over gRPC', () => {
  it('names fields as in the request message, also in its text', () => {
    const error = invalidArgument([
      { path: ['spec', 'workflowRef', 'version'], message: 'is required' },
      { path: ['metadata', 'name'], message: 'is too long' },
    ]);

    expect(toGrpcStatus(error)).toMatchObject({
      code: 3,
      details: 'workflow_execution.spec.workflow_ref.version: is required (and 1 more)',
    });
    expect(detailsOf(error)).toEqual({
      ErrorInfo: infoOf('INVALID_ARGUMENT'),
      BadRequest: {
        fieldViolations: [
          { field: 'workflow_execution.spec.workflow_ref.version', description: 'is required' },
          { field: 'workflow_execution_id', description: 'is too long' },
        ],
      },
    });
  });

  it('names its resource', () => {
    const error = new ApiError('NotFound', 'it does not exist', {
      resource: { type: 'Namespace', name: 'namespaces/x' },
    });

    expect(detailsOf(error)).toEqual({
      ErrorInfo: infoOf('NOT_FOUND'),
      ResourceInfo: {
        resourceType: 'Namespace',
        resourceName: 'namespaces/x',
        owner: '',
        description: 'it does not exist',
      },
    });
  });

  it('has the retry time', () => {
    const error = new ApiError('Unavailable', 'not now', { retryAfterMs: 1_500 });

    expect(detailsOf(error)).toEqual({
      ErrorInfo: infoOf('UNAVAILABLE'),
      RetryInfo: { retryDelay: { seconds: 1, nanos: 500_000_000 } },
    });
  });

  it('has the precondition', () => {
    const precondition = { type: 'NAMESPACE_TERMINATING', subject: 'namespaces/x', description: 'use another' };
    const error = new ApiError('FailedPrecondition', 'is being deleted', { precondition });

    expect(detailsOf(error)).toEqual({
      ErrorInfo: infoOf('FAILED_PRECONDITION'),
      PreconditionFailure: { violations: [precondition] },
    });
  });

  it('has a reason that is more specific than the code', () => {
    expect(detailsOf(new ApiError('RequestIdReused', 'used'))).toEqual({ ErrorInfo: infoOf('REQUEST_ID_REUSED') });
  });

  it.each([
    ['keys of an object', 'x'.repeat(200), 'is not a known field'],
    ['keys of many bytes', '€'.repeat(200), 'ä'.repeat(5_000)],
    ['keys with half a character', '\ud83d'.repeat(200), '%'.repeat(5_000)],
  ])('names as many fields as fit into trailers of 8 KiB: %s', (_, key, message) => {
    const error = invalidArgument(Array.from({ length: 400 }, (__, i) => ({ path: ['spec', `${i}${key}`], message })));

    const { details, metadata } = toGrpcStatus(error);
    const shown = detailsOf(error);

    const trailers = { 'grpc-status': '3', 'grpc-message': encodeURI(details), ...metadata.toHttp2Headers() };
    // As HTTP/2 counts the list of headers (RFC 9113, section 6.5.2).
    const bytes = Object.entries(trailers).reduce(
      (sum, [name, value]) => sum + name.length + String(value).length + 32,
      0,
    );
    expect(bytes).toBeLessThan(7 * 1024);
    expect(shown).toMatchObject({ ErrorInfo: { metadata: { violationCount: '400' } } });
    expect((shown['BadRequest'] as BadRequest).fieldViolations.length).toBeGreaterThan(1);
    expect(details).toMatch(/ \(and 399 more\)$/);
  });

  it.each(['x', '€', '\ud83d', '%'])('truncates a message of %j to fit into a trailer', (character) => {
    const { details } = toGrpcStatus(new ApiError('PermissionDenied', character.repeat(100_000)));

    expect(encodeURI(details).length).toBeLessThanOrEqual(1_024);
    expect(details).toMatch(/…$/);
  });
});
