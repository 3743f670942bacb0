import { Injectable, Logger } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { ForbiddenError, KubernetesError } from '../../kubernetes/errors.ts';
import type { KubernetesErrorCode } from '../../kubernetes/errors.ts';
import { recordOf } from '../../kubernetes/json.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ApiError, invalidArgument } from './api-error.ts';
import type { AffectedResource, ErrorDetails } from './api-error.ts';
import type { ErrorCode } from './error-table.ts';

const selfReviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
} as const;

/** Timeout of a SelfSubjectAccessReview, in milliseconds. */
const selfReviewTimeoutMs = 5_000;

/** What this service asked the API server to do. */
export interface ServiceAccess {
  readonly verb: 'get' | 'create' | 'patch' | 'delete';
  readonly namespace: string;
}

/**
 * Maps errors of the API server to errors for callers. A 403 means either that this service lacks a permission, or that
 * admission control or a quota refuses what the caller sent; a SelfSubjectAccessReview shows which.
 */
@Injectable()
export class KubernetesErrorMapper {
  private readonly logger = new Logger('ExecutionApi');

  constructor(private readonly client: KubernetesClient) {}

  /**
   * The result of a request to the API server.
   *
   * @throws ApiError if it failed
   */
  async mapErrors<T>(request: Promise<T>, access: ServiceAccess, subject: ErrorSubject): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error instanceof ForbiddenError) await this.assertServiceAllowed(access, error);
      throw toCallerError(error, subject);
    }
  }

  private async assertServiceAllowed({ verb, namespace }: ServiceAccess, refusal: ForbiddenError): Promise<void> {
    // Reads pass no admission control.
    if (verb !== 'get' && (await this.isAllowed({ verb, namespace }))) return;
    this.logger.error({ msg: 'API server denied access to this service', verb, namespace, err: refusal });
    const details = { retryAfterMs: refusal.retryAfterMs ?? defaultRetryMs };
    throw new ApiError('Unavailable', 'the cluster denies access to this service', details, { cause: refusal });
  }

  /** False if the review fails. */
  private async isAllowed(access: ServiceAccess): Promise<boolean> {
    const { group, plural: resource } = workflowExecutionResource;
    const review = { spec: { resourceAttributes: { group, resource, ...access } } };
    try {
      return (
        recordOf(await this.client.review(selfReviews, review, { timeoutMs: selfReviewTimeoutMs }))['allowed'] === true
      );
    } catch (error) {
      if (error instanceof KubernetesError) return false;
      throw error;
    }
  }
}

/** What a request to the API server is about. */
export interface ErrorSubject {
  readonly resource: AffectedResource;
  /** The namespace of a create, which is what a NotFound refers to. */
  readonly parent?: AffectedResource;
}

/** The error that a caller gets for a failed request to the API server. */
export function toCallerError(error: KubernetesError, subject: ErrorSubject): ApiError {
  return mappings[error.code](error, subject);
}

type Mapping = (error: KubernetesError, subject: ErrorSubject) => ApiError;

const mappings: Readonly<Record<KubernetesErrorCode, Mapping>> = {
  NotFound: notFound,
  AlreadyExists: (error, { resource }) =>
    apiError(error, 'AlreadyExists', `${resource.name} already exists`, { resource }),
  Conflict: (error, { resource }) => apiError(error, 'Aborted', error.message, { resource }),
  Gone: (error, { resource }) => apiError(error, 'Aborted', error.message, { resource }),
  Forbidden: forbidden,
  Invalid: invalid,
  Throttled: (error) => apiError(error, 'ResourceExhausted', 'the cluster is busy', retry(error)),
  Unauthorized: (error) =>
    apiError(error, 'Unavailable', 'the cluster does not accept the credentials of this service', retry(error)),
  Unavailable: (error) => apiError(error, 'Unavailable', 'the cluster is unreachable', retry(error)),
  Cancelled: (error) => apiError(error, 'Cancelled', 'the call ended before the cluster answered'),
  InvalidObject: (error, { resource }) =>
    apiError(error, 'Internal', 'this version of the service cannot read the stored resource', { resource }),
  Unknown: unknown,
};

/** Retry time in milliseconds if the API server gives none. */
const defaultRetryMs = 1_000;

function apiError(cause: KubernetesError, code: ErrorCode, message: string, details?: ErrorDetails): ApiError {
  return new ApiError(code, message, details, { cause });
}

/** A Status names what was not found; a 404 without one means that the resource type is not served. */
function notFound(error: KubernetesError, { resource, parent = resource }: ErrorSubject): ApiError {
  return error.reason === 'NotFound'
    ? apiError(error, 'NotFound', `${parent.name} does not exist`, { resource: parent })
    : apiError(error, 'Unavailable', 'the WorkflowExecution resource is not installed in the cluster', retry(error));
}

/** Admission control and quotas answer 403 as well, with messages for the caller. */
function forbidden(error: KubernetesError, { resource, parent = resource }: ErrorSubject): ApiError {
  if (!error.details.causes.some(({ reason }) => reason === 'NamespaceTerminating')) {
    return apiError(error, 'PermissionDenied', error.message, { resource });
  }
  const precondition = {
    type: 'NAMESPACE_TERMINATING',
    subject: parent.name,
    description: 'Use another namespace, or wait until this one is deleted and create it again.',
  };
  return apiError(error, 'FailedPrecondition', `${parent.name} is being deleted`, { precondition });
}

/** Field of a cause that only says that further rules were not checked. */
const noField = '<nil>';

function invalid(error: KubernetesError): ApiError {
  const violations = error.details.causes
    .filter(({ field }) => field !== noField)
    .map(({ field, message }) => ({ path: field === '' ? [] : field.split('.'), message: ruleIn(message) }));
  return violations.length > 0
    ? invalidArgument(violations, { cause: error })
    : apiError(error, 'InvalidArgument', error.message);
}

/** The rule of `Invalid value: "the value": the rule`. The API server omits the value for rules over several fields. */
function ruleIn(message: string): string {
  return (
    /^(?:Invalid|Unsupported) value: (?:"(?:[^"\\]|\\.)*": )?(?<rule>[^"].*)$/s.exec(message)?.groups?.rule ?? message
  );
}

function unknown(error: KubernetesError): ApiError {
  return error.status === 413
    ? apiError(error, 'TooLarge', 'the resource is larger than the cluster can store')
    : apiError(error, 'Internal', 'the cluster gave an unexpected response');
}

function retry(error: KubernetesError): ErrorDetails {
  return { retryAfterMs: error.retryAfterMs ?? defaultRetryMs };
}
