import type { KubernetesError } from '../../kubernetes/errors.ts';
import { ApiError, invalidArgument } from './api-error.ts';
import type { AffectedResource, ErrorDetails } from './api-error.ts';

/** Waiting time when the API server asked for none: long enough for a connection to come back, in milliseconds. */
const defaultRetryMs = 1_000;

/**
 * What a failed call to the API server means to the caller.
 *
 * @param resource what the call was about
 */
export function fromKubernetesError(error: KubernetesError, resource: AffectedResource): ApiError {
  const cause = { cause: error };
  const answer = (code: ApiError['code'], message: string, details?: ErrorDetails) =>
    new ApiError(code, message, details, cause);
  switch (error.code) {
    case 'NotFound':
      return notFound(error, resource);
    case 'AlreadyExists':
      return answer('AlreadyExists', `${resource.name} exists already`, { resource });
    case 'Conflict':
    case 'Gone':
      return answer('Aborted', error.message, { resource });
    case 'Forbidden':
      return forbidden(error, resource);
    case 'Invalid':
      return invalid(error);
    case 'Throttled':
      return answer('ResourceExhausted', 'the cluster is busy', retry(error));
    case 'Unauthorized':
      return answer('Unavailable', 'the cluster does not accept the credentials of this service', retry(error));
    case 'Unavailable':
      return answer('Unavailable', 'the cluster is out of reach', retry(error));
    case 'Cancelled':
      return answer('Cancelled', 'the caller went away before the answer');
    case 'InvalidObject':
      return answer('Internal', 'the stored resource can not be read by this version of the service', { resource });
    case 'Unknown':
      return error.status === 413
        ? answer('TooLarge', 'the resource is larger than the cluster stores')
        : answer('Internal', 'the cluster gave an answer that has no meaning here');
  }
}

/** A Status of the API server names what was not found; a bare 404 says that the resource type itself is not served. */
function notFound(error: KubernetesError, resource: AffectedResource): ApiError {
  return error.reason === 'NotFound'
    ? new ApiError('NotFound', `${resource.name} does not exist`, { resource }, { cause: error })
    : new ApiError(
        'Unavailable',
        'the WorkflowExecution resource is not installed in the cluster',
        { retryAfterMs: defaultRetryMs },
        { cause: error },
      );
}

/** Admission control and quotas answer 403 too, and what they say is meant for whoever asked. */
function forbidden(error: KubernetesError, resource: AffectedResource): ApiError {
  const terminating = error.details.causes.find(({ reason }) => reason === 'NamespaceTerminating');
  if (terminating === undefined) {
    return new ApiError('PermissionDenied', error.message, { resource }, { cause: error });
  }
  const precondition = {
    type: 'NAMESPACE_TERMINATING',
    subject: resource.name,
    description: 'Use another namespace, or wait until this one is gone and create it anew.',
  };
  return new ApiError('FailedPrecondition', 'the namespace is being deleted', { precondition }, { cause: error });
}

function invalid(error: KubernetesError): ApiError {
  const violations = error.details.causes.map(({ field, message }) => ({
    path: field === '' ? [] : field.split('.'),
    message: ruleIn(message),
  }));
  return violations.length > 0
    ? invalidArgument(violations, { cause: error })
    : new ApiError('InvalidArgument', error.message, {}, { cause: error });
}

/** The API server writes `Invalid value: "the value": the rule`; the caller knows the value, so the rule is enough. */
function ruleIn(message: string): string {
  return /^(?:Invalid|Unsupported) value: "(?:[^"\\]|\\.)*": (?<rule>.+)$/s.exec(message)?.groups?.rule ?? message;
}

function retry(error: KubernetesError): ErrorDetails {
  return { retryAfterMs: error.retryAfterMs ?? defaultRetryMs };
}
