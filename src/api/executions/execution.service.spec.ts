import { describe, expect, it, jest } from '@jest/globals';
import { CancelledError, ForbiddenError, UnavailableError } from '../../kubernetes/errors.ts';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import { aSpec, aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { invalidField } from '../errors/api-error.ts';
import type { Call } from '../call/call.ts';
import type { PreflightService } from '../preflight/preflight.service.ts';
import { aPolicy } from '../../workflow-execution/policy.builders.ts';
import { executionOf } from './cached-execution.ts';
import { serviceWith } from './execution.service.builders.ts';
import { identityOf } from './new-execution.ts';

/** A call that does not end. */
const call = { signal: new AbortController().signal, abort: () => undefined, recheck: () => Promise.resolve() };
const command = { namespace: 'payment', spec: aSpec() };
const key = { namespace: 'payment', name: 'we-1' };

describe('create', () => {
  it('generates a missing name, and adds the stored execution to the cache', async () => {
    const { service, answer, upsertIfNewer } = serviceWith({});

    const created = await service.create(command, call);

    expect(answer.mock.calls[0]?.[1]).toMatchObject({
      kind: 'WorkflowExecution',
      metadata: { namespace: 'payment', name: 'rr-pod-crash-f8a3b9c2-suffix' },
      spec: aSpec(),
    });
    expect(upsertIfNewer).toHaveBeenCalledWith(created.execution);
  });

  it('uses the given name', async () => {
    const { service, answer } = serviceWith({});

    await service.create({ ...command, name: 'we-1' }, call);

    expect(answer.mock.calls[0]?.[1]).toMatchObject({ metadata: { name: 'we-1' } });
  });

  it('derives the name from the request id, so that retries conflict', async () => {
    const { service, answer } = serviceWith({});
    const repeatable = { ...command, requestId: 'r-1' };

    await service.create(repeatable, call);
    await service.create(repeatable, call);

    const name = identityOf(repeatable, '')?.derivedName;
    expect(answer.mock.calls.map(([, created]) => created)).toEqual([
      expect.objectContaining({ metadata: expect.objectContaining({ name }) }),
      expect.objectContaining({ metadata: expect.objectContaining({ name }) }),
    ]);
  });

  it('compares what would be stored with its Pipeline if it validates only', async () => {
    const stored = aWorkflowExecution();
    const preflight = { checked: true, findings: [], tasks: [], pipelineRun: {} };
    const check = jest.fn<PreflightService['check']>(() => Promise.resolve(preflight));
    const { service, upsertIfNewer } = serviceWith({ answer: () => Promise.resolve(stored), preflight: { check } });

    const created = await service.create({ ...command, validateOnly: true }, call);

    expect(created).toEqual({ execution: stored, preflight, warnings: [] });
    expect(check).toHaveBeenCalledWith(stored, call);
    expect(upsertIfNewer).not.toHaveBeenCalled();
  });

  it.each([
    ['is Pending', undefined, ['the execution waits for the end of a pause: All namespaces are paused: incident']],
    ['an earlier call created and that has ended', { phase: 'Completed' } as const, []],
  ])('warns of a pause if the execution %s', async (_, status, warnings) => {
    const answer = () => Promise.resolve(aWorkflowExecution({ status }));
    const { service } = serviceWith({ answer, pause: { reason: 'incident' } });
    await expect(service.create(command, call)).resolves.toMatchObject({ warnings });
  });

  it('returns warnings about an execution that it creates', async () => {
    const { service } = serviceWith({ preflight: { screen: () => Promise.resolve(['odd']) } });
    await expect(service.create(command, call)).resolves.toMatchObject({ warnings: ['odd'] });
  });

  it('creates nothing if the parameters are refused', async () => {
    const screen = () => Promise.reject(invalidField(['spec', 'parameters', 'A'], 'is odd'));
    const { service, answer } = serviceWith({ preflight: { screen } });

    await expect(service.create(command, call)).rejects.toThrow('spec.parameters.A: is odd');
    expect(answer).not.toHaveBeenCalled();
  });

  it('refuses a namespace that is not watched', async () => {
    const { service, answer } = serviceWith({ watchNamespaces: ['billing', 'shop'] });

    await expect(service.create(command, call)).rejects.toThrow(
      'metadata.namespace: must be one that this service serves (billing, shop)',
    );
    expect(answer).not.toHaveBeenCalled();
  });

  it('refuses an execution with cancelRequested', async () => {
    const { service } = serviceWith({});

    await expect(service.create({ ...command, spec: aSpec({ cancelRequested: true }) }, call)).rejects.toThrow(
      'spec.cancelRequested: must not be true when an execution is created',
    );
  });

  it('refuses an execution that violates the policy, with every field', async () => {
    const policy = aPolicy({ bundles: ['ghcr.io/acme/*'], requireDigest: true });
    const { service, answer } = serviceWith({ policy });

    await expect(service.create(command, call)).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringMatching(
        /^spec\.workflowRef\.containerImage: must be .+ WFE_ALLOWED_BUNDLES .+ \(and 1 more\)$/,
      ),
      details: {
        violations: [
          { path: ['spec', 'workflowRef', 'containerImage'] },
          { path: ['spec', 'workflowRef', 'containerDigest'] },
        ],
      },
    });
    expect(answer).not.toHaveBeenCalled();
  });

  it.each([false, true])('refuses an invalid target (validateOnly: %s)', async (validateOnly) => {
    const assertTarget = () => Promise.reject(invalidField(['spec', 'targetResource'], 'node is cluster-scoped'));
    const { service, answer } = serviceWith({ assertTarget });

    await expect(service.create({ ...command, validateOnly }, call)).rejects.toThrow(
      'spec.targetResource: node is cluster-scoped',
    );
    expect(answer).not.toHaveBeenCalled();
  });

  it('reports why admission control refuses an execution', async () => {
    const { service, upsertIfNewer } = serviceWith({
      answer: () => Promise.reject(new ForbiddenError('quota is full')),
    });

    await expect(service.create(command, call)).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: 'quota is full',
    });
    expect(upsertIfNewer).not.toHaveBeenCalled();
  });
});

describe('a Forbidden error for the service itself', () => {
  const refused = () => Promise.reject(new ForbiddenError('User "system:serviceaccount:x" can not create'));

  it('is Unavailable for a create, not PermissionDenied', async () => {
    const { service } = serviceWith({ answer: refused, mayItself: false });

    await expect(service.create(command, call)).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'the cluster denies access to this service',
      details: { retryAfterMs: 1_000 },
    });
  });

  it('is Unavailable for every read', async () => {
    const { service } = serviceWith({ answer: refused });

    await expect(service.get(key, call)).rejects.toMatchObject({ code: 'Unavailable' });
  });
});

describe('get', () => {
  const known = aWorkflowExecution({ metadata: { uid: 'known' } });

  it('reads from the cache', async () => {
    const { service, answer } = serviceWith({ known });

    expect(executionOf(await service.get(key, call))).toBe(known);
    expect(answer).not.toHaveBeenCalled();
  });

  it.each([
    ['that is not cached', {}],
    ['while the watch fails', { known, failure: new UnavailableError('down') }],
  ])('reads an execution %s from the API server', async (_, over) => {
    const { service } = serviceWith(over);

    expect(executionOf(await service.get(key, call))).toEqual(aWorkflowExecution());
  });

  it.each([
    ['the cluster is out of reach', new UnavailableError('down'), 'Unavailable'],
    ['the caller cancels', new CancelledError('gone'), 'Cancelled'],
  ])('rejects if %s', async (_, error, code) => {
    const { service } = serviceWith({ answer: () => Promise.reject(error) });

    await expect(service.get(key, call)).rejects.toMatchObject({ code });
  });

  it('does not wrap unknown errors', async () => {
    const bug = new TypeError('x is not a function');
    const { service } = serviceWith({ answer: () => Promise.reject(bug) });

    await expect(service.get(key, call)).rejects.toBe(bug);
  });
});

describe('cancel', () => {
  const by = (username: string): Call => ({ ...call, caller: { username, groups: [], extra: {} } });

  it('retries a conflict a limited number of times', async () => {
    const { service, patch } = serviceWith({});

    await expect(service.cancel({ key, mode: 'Graceful' }, call)).rejects.toMatchObject({ code: 'Aborted' });
    expect(patch).toHaveBeenCalledTimes(5);
  });

  it('patches the resourceVersion that was read and records the caller', async () => {
    const { service, patch } = serviceWith({});
    patch.mockResolvedValue(aWorkflowExecution());

    await service.cancel({ key, mode: 'Graceful' }, by('alice'));

    expect(patch.mock.calls[0]?.[2]).toEqual({
      metadata: {
        resourceVersion: aWorkflowExecution().metadata.resourceVersion,
        annotations: { [ownAnnotations.cancelRequestedBy]: 'alice' },
      },
      spec: { cancelRequested: true },
    });
  });

  it.each([
    ['at first', {}, { [ownAnnotations.cancelRequestedBy]: 'bob', [ownAnnotations.immediateCancelRequestedBy]: 'bob' }],
    ['later', { cancelRequested: true }, { [ownAnnotations.immediateCancelRequestedBy]: 'bob' }],
  ])('records the caller of an immediate cancel %s', async (_, spec, annotations) => {
    const execution = aWorkflowExecution({ spec });
    const { service, patch } = serviceWith({ answer: () => Promise.resolve(execution) });
    patch.mockResolvedValue(execution);

    await service.cancel({ key, mode: 'Immediate' }, by('bob'));

    expect(patch.mock.calls[0]?.[2]).toMatchObject({
      metadata: { annotations },
      spec: { cancelRequested: true, cancelMode: 'Immediate' },
    });
  });
});

describe('delete', () => {
  const { uid } = aWorkflowExecution().metadata;
  it.each([
    ['the execution that was read, not another one of its name', {}, { uid, resourceVersion: undefined }],
    [
      'the execution of the given uid and resourceVersion only',
      { uid: 'a', resourceVersion: '7' },
      { uid: 'a', resourceVersion: '7' },
    ],
  ])('deletes %s', async (_, only, preconditions) => {
    const { service, deletion } = serviceWith({});
    await service.delete({ key, ...only }, call);
    expect(deletion.mock.calls.map(([, , options]) => options?.preconditions)).toEqual([preconditions]);
  });

  it('returns the remaining execution and adds it to the cache', async () => {
    const left = aWorkflowExecution({ metadata: { deletionTimestamp: '2026-01-02T03:04:05Z' } });
    const { service, upsertIfNewer } = serviceWith({ left });
    await expect(service.delete({ key }, call)).resolves.toBe(left);
    expect(upsertIfNewer).toHaveBeenCalledWith(left);
  });

  it('returns the execution that was read if another one has taken its name', async () => {
    const read = aWorkflowExecution();
    const left = aWorkflowExecution({ metadata: { uid: 'another' } });
    const { service, upsertIfNewer } = serviceWith({ answer: () => Promise.resolve(read), left });
    await expect(service.delete({ key }, call)).resolves.toBe(read);
    expect(upsertIfNewer).not.toHaveBeenCalled();
  });
});

describe('an execution that is not cached', () => {
  it.each<[string, (service: ReturnType<typeof serviceWith>['service']) => Promise<unknown>]>([
    ['get', (service) => service.get(key, call)],
    ['cancel', (service) => service.cancel({ key, mode: 'Graceful' }, call)],
    ['delete', (service) => service.delete({ key }, call)],
  ])('is not read for a %s while the caller has unread responses', async (_, ask) => {
    const { service, answer, patch } = serviceWith({});
    patch.mockResolvedValue(aWorkflowExecution());
    const unread = new AbortController();
    for (let answers = 0; answers < 5; answers++) await service.get(key, { ...call, signal: unread.signal });
    answer.mockClear();

    const next = ask(service);
    await settle();
    expect(answer).not.toHaveBeenCalled();
    unread.abort();
    await next;

    expect(answer).toHaveBeenCalled();
  });
});
