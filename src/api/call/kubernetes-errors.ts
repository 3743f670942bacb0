import { Injectable, Logger } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { ForbiddenError, KubernetesError } from '../../kubernetes/errors.ts';
import type { KubernetesErrorCode } from '../../kubernetes/errors.ts';
import { recordOf } from '../../kubernetes/json.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ApiError, invalidArgument } from '../errors/api-error.ts';
import type { ErrorDetails } from '../errors/api-error.ts';
import type { ErrorCode } from '../errors/error-table.ts';
import { affectedExecution, affectedNamespace, resourceName, type ExecutionKey } from '../resource/names.ts';

const selfReviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
} as const;

/** Timeout of a SelfSubjectAccessReview, in milliseconds. */
const selfReviewTimeoutMs = 5_000;

/** What this service asked the API server to do with an execution. */
type Verb = 'get' | 'create' | 'patch' | 'delete';

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
   * @param key the execution that it is about
   * @throws ApiError if it failed
   */
  async mapErrors<T>(request: Promise<T>, verb: Verb, key: ExecutionKey): Promise<T> {
    try {
      return await request;
    } catch (error) {
      return this.rethrow(error, verb, key);
    }
  }

  /** Throws an error of the API server as an ApiError, and others as they are. */
  async rethrow(error: unknown, verb: Verb, key: ExecutionKey): Promise<never> {
    if (!(error instanceof KubernetesError)) throw error;
    if (error instanceof ForbiddenError) await this.assertServiceAllowed(verb, key.namespace, error);
    throw toCallerError(error, verb, key);
  }

  private async assertServiceAllowed(verb: Verb, namespace: string, refusal: ForbiddenError): Promise<void> {
    // Reads pass no admission control.
    if (verb !== 'get' && (await this.isAllowed(verb, namespace))) return;
    this.logger.error({ msg: 'API server denied access to this service', verb, namespace, err: refusal });
    throw new ApiError('Unavailable', 'the cluster denies access to this service', retry(refusal), { cause: refusal });
  }

  /** False if the review fails. */
  private async isAllowed(verb: Verb, namespace: string): Promise<boolean> {
    const { group, plural: resource } = workflowExecutionResource;
    const review = { spec: { resourceAttributes: { group, resource, verb, namespace } } };
    try {
      const status = await this.client.review(selfReviews, review, { timeoutMs: selfReviewTimeoutMs });
      return recordOf(status)['allowed'] === true;
    } catch (error) {
      if (error instanceof KubernetesError) return false;
      throw error;
    }
  }
}

/** The error that a caller gets for a failed request to the API server. */
export function toCallerError(cause: KubernetesError, verb: Verb, key: ExecutionKey): ApiError {
  return mappings[cause.code](cause, key, verb);
}

type Mapping = (cause: KubernetesError, key: ExecutionKey, verb: Verb) => ApiError;

/** The cause is kept for the log. */
const error = (code: ErrorCode, message: string, cause: KubernetesError, details?: ErrorDetails) =>
  new ApiError(code, message, details, { cause });
const about = (key: ExecutionKey) => ({ resource: affectedExecution(key) });
const unavailable = (message: string) => (cause: KubernetesError) => error('Unavailable', message, cause, retry(cause));

const mappings: Readonly<Record<KubernetesErrorCode, Mapping>> = {
  NotFound: notFound,
  AlreadyExists: (cause, key) => error('AlreadyExists', `${resourceName(key)} already exists`, cause, about(key)),
  Conflict: (cause, key) => error('Aborted', cause.message, cause, about(key)),
  Gone: (cause, key) => error('Aborted', cause.message, cause, about(key)),
  Forbidden: forbidden,
  Invalid: invalid,
  Throttled: (cause) => error('ResourceExhausted', 'the cluster is busy', cause, retry(cause)),
  Unauthorized: unavailable('the cluster does not accept the credentials of this service'),
  Unavailable: unavailable('the cluster is unreachable'),
  Cancelled: (cause) => error('Cancelled', 'the call ended before the cluster answered', cause),
  InvalidObject: (cause, key) =>
    error('Internal', 'this version of the service cannot read the stored resource', cause, about(key)),
  Unknown: (cause) =>
    cause.status === 413
      ? error('TooLarge', 'the resource is larger than the cluster can store', cause)
      : error('Internal', 'the cluster gave an unexpected response', cause),
};

/** A Status names what was not found; a 404 without one means that the resource type is not served. */
function notFound(cause: KubernetesError, key: ExecutionKey, verb: Verb): ApiError {
  if (cause.reason !== 'NotFound') {
    return unavailable('the WorkflowExecution resource is not installed in the cluster')(cause);
  }
  const resource = verb === 'create' ? affectedNamespace(key.namespace) : affectedExecution(key);
  return error('NotFound', `${resource.name} does not exist`, cause, { resource });
}

/** Admission control and quotas answer 403 as well, with messages for the caller. */
function forbidden(cause: KubernetesError, key: ExecutionKey): ApiError {
  if (!cause.details.causes.some(({ reason }) => reason === 'NamespaceTerminating')) {
    return error('PermissionDenied', cause.message, cause, about(key));
  }
  const { name: subject } = affectedNamespace(key.namespace);
  const precondition = {
    type: 'NAMESPACE_TERMINATING',
    subject,
    description: 'Use another namespace, or wait until this one is deleted and create it again.',
  };
  return error('FailedPrecondition', `${subject} is being deleted`, cause, { precondition });
}

/** Field of a cause that only says that further rules were not checked. */
const noField = '<nil>';

function invalid(cause: KubernetesError): ApiError {
  const violations = cause.details.causes
    .filter(({ field }) => field !== noField)
    .map(({ field, message }) => ({ path: field === '' ? [] : field.split('.'), message: ruleIn(message) }));
  return violations.length > 0
    ? invalidArgument(violations, { cause })
    : error('InvalidArgument', cause.message, cause);
}

/** The rule of `Invalid value: "the value": the rule`. The API server omits the value for rules over several fields. */
function ruleIn(message: string): string {
  return (
    /^(?:Invalid|Unsupported) value: (?:"(?:[^"\\]|\\.)*": )?(?<rule>[^"].*)$/s.exec(message)?.groups?.rule ?? message
  );
}

/** Retry time in milliseconds if the API server gives none. */
const defaultRetryMs = 1_000;

function retry(error: KubernetesError): ErrorDetails {
  return { retryAfterMs: error.retryAfterMs ?? defaultRetryMs };
}
