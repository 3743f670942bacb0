import { describe, expect, it } from '@jest/globals';
import {
  ConflictError,
  ForbiddenError,
  InvalidError,
  KubernetesError,
  NotFoundError,
  ThrottledError,
  UnauthorizedError,
  UnavailableError,
} from '../../kubernetes/errors.ts';
import { advice } from '../../tekton/failure-reasons.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { observeRefusal, observeStartDeadline, refusalOf } from './observe-refusal.ts';

const rbac = 'pipelineruns.tekton.dev is forbidden: User "a" cannot create resource "pipelineruns"';
const quota = 'pipelineruns.tekton.dev "a" is forbidden: exceeded quota: q, requested: count/pipelineruns.tekton.dev=1';
const terminating = 'unable to create new content in namespace a because it is being terminated';
const policy = `pipelineruns.tekton.dev "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`;
const webhook = 'admission webhook "policy.example.org" denied the request: no';

describe('a PipelineRun that the API server rejects', () => {
  it.each([
    ['breaks a rule of the schema or of Tekton', new InvalidError('spec is wrong', { status: 422 })],
    ['is denied by a webhook', new ForbiddenError(webhook, { status: 403 })],
    ['is denied by a policy', new ForbiddenError(policy, { status: 403 })],
    ['is too large', new KubernetesError('Request entity too large', { status: 413 })],
    ['gets the first of the client errors', new KubernetesError('no', { status: 400 })],
    ['gets the last of the client errors', new KubernetesError('no', { status: 499 })],
  ])('fails the execution when it %s', (_what, error) => {
    expect(observeRefusal(error)).toEqual({
      phase: 'Failed',
      failure: {
        reason: 'ConfigurationError',
        message: expect.stringContaining(error.message),
        wasExecutionFailure: false,
      },
    });
  });

  it.each([
    ['rights are missing', new ForbiddenError(rbac, { status: 403 }), 'Forbidden'],
    ['the quota is used up', new ForbiddenError(quota, { status: 403 }), 'Forbidden'],
    ['the namespace is terminating', new ForbiddenError(terminating, { status: 403 }), 'Forbidden'],
    ['the credentials have expired', new UnauthorizedError('no', { status: 401 }), 'Unauthorized'],
    ['Tekton is not installed', new NotFoundError('no', { status: 404 }), 'NotFound'],
    ['something changed meanwhile', new ConflictError('no', { status: 409 }), 'Conflict'],
    ['there are too many requests', new ThrottledError('no', { status: 429 }), 'Throttled'],
    ['the server returns 503', new UnavailableError('no', { status: 503 }), 'Unavailable'],
    ['there is no response', new UnavailableError('no'), 'Unavailable'],
    ['the error is unknown', new KubernetesError('no'), 'Unknown'],
    ['the status is below the client errors', new KubernetesError('no', { status: 399 }), 'Unknown'],
    ['the status is a server error', new KubernetesError('no', { status: 500 }), 'Unknown'],
    ['another message quotes a webhook', new ForbiddenError(`he said: ${webhook}`, { status: 403 }), 'Forbidden'],
    [
      'a webhook without a name denies it',
      new ForbiddenError(webhook.replace(/"[^"]+"/, '""'), { status: 403 }),
      'Forbidden',
    ],
    [
      'a policy without a name denies it',
      new ForbiddenError(policy.replace("'p'", "''"), { status: 403 }),
      'Forbidden',
    ],
    [
      'a policy without a binding denies it',
      new ForbiddenError(policy.replace("'b'", "''"), { status: 403 }),
      'Forbidden',
    ],
  ])('is retried when %s', (_what, error, reason) => {
    expect(observeRefusal(error)).toEqual({
      phase: 'Pending',
      reason,
      message: expect.stringContaining(error.message),
    });
  });
});

describe('the recorded refusal of an execution', () => {
  const first = new Date('2026-01-02T03:00:00Z');
  const later = new Date('2026-01-02T03:08:00Z');
  const refused = (error: KubernetesError, at: Date, execution = aWorkflowExecution()) => ({
    ...execution,
    status: nextStatus(execution, observeRefusal(error), at),
  });

  it('is the last refusal, since the first one', () => {
    const once = refused(new UnavailableError('down', { status: 503 }), first);
    const twice = refused(new ForbiddenError(quota, { status: 403 }), later, once);

    expect(refusalOf(twice)).toEqual({
      since: first.getTime(),
      reason: 'Forbidden',
      message: expect.stringContaining('exceeded quota'),
    });
  });

  it('is undefined before the first attempt', () => {
    expect(refusalOf(aWorkflowExecution())).toBeUndefined();
    expect(refusalOf(aWorkflowExecution({ status: { phase: 'Pending' } }))).toBeUndefined();
  });

  it.each([
    ['Forbidden', 'Forbidden'],
    ['Unavailable', 'Unknown'],
    ['LockUnavailable', 'Unknown'],
  ])('for too long as %s fails it as %s', (reason, expected) => {
    const observation = observeStartDeadline({ since: 0, reason, message: 'no room' }, 600_000);
    expect(observation).toMatchObject({ phase: 'Failed', failure: { reason: expected, wasExecutionFailure: false } });
    expect(observation).toHaveProperty('failure.message', expect.stringContaining('within 600 s'));
    expect(observation).toHaveProperty('failure.message', expect.stringMatching(/ no room\.$/));
  });
});

it.each([
  ['Forbidden', advice.Forbidden],
  ['Unavailable', 'Create the execution again'],
])('an execution that could not be started because of %s has advice', (reason, expected) => {
  const observation = observeStartDeadline({ since: 0, reason, message: 'no room' }, 600_000);
  expect(observation).toHaveProperty('failure.message', expect.stringContaining(expected));
});
