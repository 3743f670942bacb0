import { describe, expect, it } from '@jest/globals';
import { aPipelineRun } from '../../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aPolicy } from '../../workflow-execution/policy.builders.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import type { ExistingRun, PipelineRunAdoption } from '../pipelinerun/pipeline-run-adoption.ts';
import { DiscoveryNotDueError } from '../../kubernetes/discovery.ts';
import { CancelledError, UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import type { Targets } from '../../targets/targets.ts';
import { validateSpec } from './validate-spec.step.ts';

const { signal } = new AbortController();
const target = 'payment/deployment/payment-api';
const closed = aPolicy({ bundles: ['ghcr.io/acme/*'], requireDigest: true });

function validate(execution: WorkflowExecution, given: Given = {}) {
  const { policy = aPolicy(), resolve = () => Promise.resolve({ kind: 'resolved', target }) } = given;
  const { existing = { kind: 'none' } } = given;
  const adoption = { find: () => Promise.resolve(existing) } as unknown as PipelineRunAdoption;
  const targets = { resolve } as unknown as Targets;
  const { cluster = aFakeCluster() } = given;
  const config = { ...policy, statusDeadlineMs: 600_000 };
  return validateSpec(execution, { ...cluster, adoption, targets, config }, signal);
}

interface Given {
  /** How targets are resolved; every one to the same by default. */
  resolve?: Targets['resolve'];
  policy?: ReturnType<typeof aPolicy>;
  /** What has the name of the execution's PipelineRun. */
  existing?: ExistingRun;
  cluster?: ReturnType<typeof aFakeCluster>;
}

describe('the spec of an execution', () => {
  it('is accepted when it is valid', async () => {
    const execution = aWorkflowExecution();
    await expect(validate(execution)).resolves.toEqual({
      kind: 'next',
      execution: { ...execution, status: { target } },
    });
  });

  it('is rejected with the allowed targets if its target is invalid', async () => {
    const resolve = () => Promise.resolve({ kind: 'refused', message: 'node is cluster-scoped' } as const);
    await expect(validate(aWorkflowExecution(), { resolve })).resolves.toMatchObject({
      kind: 'observed',
      observation: {
        phase: 'Failed',
        failure: {
          reason: 'ValidationFailed',
          message: expect.stringContaining(
            'spec.targetResource "payment/deployment/payment-api": node is cluster-scoped',
          ),
          wasExecutionFailure: false,
        },
      },
    });
  });

  it('is rejected with every parameter that violates newer rules', async () => {
    const parameters = { MESSAGE: 'restarted at $(date)', TARGET_RESOURCE: 'payment/deployment/another' };
    await expect(validate(aWorkflowExecution({ spec: { parameters } }))).resolves.toMatchObject({
      observation: {
        failure: {
          reason: 'ValidationFailed',
          message: expect.stringMatching(
            / spec\.parameters\[MESSAGE\] must not contain '\$\('.+; spec\.parameters\[TARGET_RESOURCE\] must be left out/,
          ),
        },
      },
    });
  });

  it('keeps a recorded target, regardless of discovery', async () => {
    const execution = aWorkflowExecution({ status: { target: 'payment/rollout/r' } });
    const resolve = () => Promise.reject(new Error('it is not asked'));
    await expect(validate(execution, { resolve })).resolves.toEqual({ kind: 'next', execution });
  });

  it('waits with the reason while its target cannot be resolved', async () => {
    const error = new UnavailableError('the API server is away');
    const outcome = await validate(aWorkflowExecution(), { resolve: () => Promise.reject(error) });
    expect(outcome).toEqual({
      kind: 'observed',
      observation: {
        phase: 'Pending',
        reason: 'TargetUnresolved',
        message: 'The target cannot be resolved now: the API server is away',
      },
      retry: error,
    });
  });

  it('is requeued until discovery may be read again', async () => {
    const error = new DiscoveryNotDueError('it is read again in 4 s', { retryAfterMs: 4_000 });
    const outcome = await validate(aWorkflowExecution(), { resolve: () => Promise.reject(error) });
    expect(outcome).toEqual({ kind: 'settled', reason: 'DiscoveryNotDue', requeueAfterMs: 4_000 });
  });

  it('does not decide before a different PipelineRun that names the execution has ended', async () => {
    const cluster = aFakeCluster();
    const execution = cluster.execution();
    const existing = { kind: 'different', pipelineRun: cluster.pipelineRun(execution) } as const;
    await expect(validate(execution, { policy: closed, existing, cluster })).resolves.toMatchObject({
      observation: { phase: 'Pending', reason: 'PipelineRunConflict' },
      on: { status: { target } },
    });
  });

  it('is followed while its target cannot be resolved when it runs already', async () => {
    const resolve = () => Promise.reject(new UnavailableError('the API server is away'));
    const existing = { kind: 'own', pipelineRun: aPipelineRun() } as const;
    const outcome = await validate(aWorkflowExecution(), { resolve, existing });
    expect(outcome).toMatchObject({ observation: { phase: 'Running', begun: 'adopted' } });
  });

  it.each([
    ['one second after its creation', '2026-01-02T03:04:05Z', '2026-01-02T03:04:06.000Z', '2026-01-02T04:00:00.000Z'],
    ['now, right after its creation', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.300Z', '2026-01-02T03:04:05.300Z'],
  ])('is rejected only by discovery that is not older than %s', async (_, creationTimestamp, expected, now) => {
    const asked: Date[] = [];
    const resolve: Targets['resolve'] = (_text, notBefore) => {
      asked.push(notBefore);
      return Promise.resolve({ kind: 'resolved', target });
    };
    const cluster = aFakeCluster({}, new FakeClock(new Date(now)));
    await validate(aWorkflowExecution({ metadata: { creationTimestamp } }), { resolve, cluster });
    expect(asked).toEqual([new Date(expected)]);
  });

  it('is rejected with every rule of the policy that it violates', async () => {
    await expect(validate(aWorkflowExecution(), { policy: closed })).resolves.toMatchObject({
      observation: {
        failure: {
          reason: 'ValidationFailed',
          message: expect.stringMatching(
            / spec\.workflowRef\.containerImage must .+ WFE_ALLOWED_BUNDLES .+; spec\.workflowRef\.containerDigest must .+ WFE_REQUIRE_DIGEST/,
          ),
        },
      },
    });
  });

  it('is rejected even if there is a foreign PipelineRun of its name', async () => {
    const existing = { kind: 'foreign', pipelineRun: aPipelineRun() } as const;
    const outcome = await validate(aWorkflowExecution(), { policy: closed, existing });
    expect(outcome).toMatchObject({ observation: { phase: 'Failed' } });
  });

  it('is not enforced on running executions', async () => {
    const existing = { kind: 'own', pipelineRun: aPipelineRun() } as const;
    const outcome = await validate(aWorkflowExecution(), { policy: closed, existing });
    expect(outcome).toMatchObject({ observation: { phase: 'Running', begun: 'adopted' }, on: { status: { target } } });
  });
});

describe('the spec of an execution whose target cannot be resolved', () => {
  it('is rejected if it violates the policy', async () => {
    const resolve = () => Promise.reject(new UnavailableError('the API server is away'));
    await expect(validate(aWorkflowExecution(), { resolve, policy: closed })).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { reason: 'ValidationFailed' } },
    });
  });

  it.each([new CancelledError('stopped'), new TypeError('a bug')])('is undecided after %p', async (error) => {
    await expect(validate(aWorkflowExecution(), { resolve: () => Promise.reject(error) })).rejects.toBe(error);
  });
});
