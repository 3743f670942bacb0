import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { ForbiddenError } from '../../kubernetes/errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { maxPreflightTasks, maxResolutions, maxViolations, rateLimits } from '../../config/limits.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import type { Pipeline } from '../../tekton/pipeline.ts';
import { aSpec, aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { RateLimits } from '../call/rate-limits.ts';
import type { BundleResolver, Resolution } from './bundle-resolver.ts';
import { digestHex } from './preflight.builders.ts';
import { PreflightService } from './preflight.service.ts';

const call = { signal: new AbortController().signal, abort: () => undefined, recheck: () => Promise.resolve() };
const digest = `sha256:${digestHex}`;
const declared = (name: string) => ({ name, type: 'string', hasDefault: false });
const undeclared = 'is not declared by the workflow';
const unknown: Resolution = { kind: 'unknown', message: 'Tekton is away' };

/** A Pipeline that Tekton has found. */
function found(over: Partial<Pipeline> = {}): Resolution {
  return {
    kind: 'resolved',
    pipeline: { params: [declared('A')], workspaces: [], tasks: ['restart'], ...over },
    digest,
  };
}

/** The service with what Tekton finds, what it has found before, and the ServiceAccount in the namespace. */
function serviceWith({
  resolution = found(),
  remembered = undefined as Resolution | undefined,
  serviceAccount = (): Promise<unknown> => Promise.resolve({}),
  ...config
}: {
  resolution?: Resolution;
  remembered?: Resolution;
  serviceAccount?: () => Promise<unknown>;
  preflightTimeoutMs?: number;
  undeclaredParameters?: 'warn' | 'refuse';
} = {}) {
  const resolve = jest.fn(() => Promise.resolve(resolution));
  const bundles = { isKnown: () => false, resolve, remembered: () => Promise.resolve(remembered) };
  const service = new PreflightService(
    { find: serviceAccount } as unknown as KubernetesClient,
    bundles as unknown as BundleResolver,
    targetsOf(),
    new RateLimits({ rateLimit: 0, rateBurst: 1 }, new FakeClock()),
    { podSecurity: 'restricted', preflightTimeoutMs: 10_000, undeclaredParameters: 'warn', ...config },
  );
  const check = (parameters: Record<string, string> = { A: 'x' }) =>
    service.check(aWorkflowExecution({ spec: { parameters } }), call);
  const screen = (parameters: Record<string, string>) => service.screen('payment', aSpec({ parameters }), call);
  const checkAs = (username: string) =>
    service.check(aWorkflowExecution({ spec: { parameters: { A: 'x' } } }), {
      ...call,
      caller: { username, groups: [], extra: {} },
    });
  return { check, checkAs, screen, resolve };
}

describe('a preflight', () => {
  it('has the digest, the tasks and the PipelineRun of an execution that fits', async () => {
    const preflight = await serviceWith().check();

    expect(preflight).toMatchObject({
      checked: true,
      findings: [],
      bundleDigest: digest,
      tasks: ['restart'],
      pipelineRun: {
        kind: 'PipelineRun',
        metadata: {
          namespace: 'payment',
          labels: { 'kubernaut.ai/target-resource': 'payment.deployment.payment-api' },
        },
        spec: { params: [{ name: 'A', value: 'x' }, { name: 'TARGET_RESOURCE' }] },
      },
    });
    expect(preflight).not.toHaveProperty('notCheckedReason');
    expect(preflight.pipelineRun).not.toHaveProperty('metadata.name');
    expect(preflight.pipelineRun).not.toHaveProperty('metadata.ownerReferences');
  });

  it('finds parameters that are missing or not declared, with their fields', async () => {
    const { findings } = await serviceWith().check({ a: 'x' });

    expect(findings).toEqual([
      { path: ['spec', 'parameters', 'A'], message: 'is required by the workflow', severity: 'Error' },
      { path: ['spec', 'parameters', 'a'], message: undeclared, severity: 'Warning' },
    ]);
  });

  it('finds an undeclared parameter to be an error if creates are refused', async () => {
    const { findings } = await serviceWith({ undeclaredParameters: 'refuse' }).check({ A: 'x', B: 'y' });

    expect(findings).toMatchObject([{ severity: 'Error' }]);
  });

  it('finds workspaces, which an execution does not have', async () => {
    const preflight = await serviceWith({ resolution: found({ workspaces: ['source'] }) }).check();

    expect(preflight.findings).toEqual([
      {
        path: ['spec', 'workflowRef', 'containerImage'],
        message: 'needs the workspace source, but executions have no workspaces',
        severity: 'Error',
      },
    ]);
  });

  it('finds a ServiceAccount that does not exist', async () => {
    const { checked, findings } = await serviceWith({ serviceAccount: () => Promise.resolve(undefined) }).check();

    expect(checked).toBe(true);
    expect(findings).toEqual([
      {
        path: ['spec', 'executionConfig', 'serviceAccountName'],
        message: 'must be an existing ServiceAccount, but namespace payment has no workflow-execution-sa',
        severity: 'Error',
      },
    ]);
  });

  it('finds a bundle that cannot be resolved', async () => {
    const resolution: Resolution = { kind: 'failed', message: 'cannot be resolved: MANIFEST_UNKNOWN' };

    const { checked, findings, tasks } = await serviceWith({ resolution }).check();

    expect({ checked, tasks }).toEqual({ checked: true, tasks: [] });
    expect(findings).toEqual([
      {
        path: ['spec', 'workflowRef', 'containerImage'],
        message: 'cannot be resolved: MANIFEST_UNKNOWN',
        severity: 'Error',
      },
    ]);
  });

  it('shows no secrets', async () => {
    const values = ['s3cr3t-value', 'other'];
    const resolution = found({ params: [{ ...declared('DB_PASSWORD'), values }] });

    const preflight = await serviceWith({ resolution }).check({
      DB_PASSWORD: 's3cr3t-valuf',
      API_TOKEN: 's3cr3t-value',
    });

    expect(JSON.stringify(preflight)).not.toContain('s3cr3t');
    expect(preflight.pipelineRun).toHaveProperty('spec.params.0', { name: 'API_TOKEN', value: '********' });
  });

  it.each([
    ['Tekton does not answer', { resolution: unknown }, 'Tekton is away'],
    [
      'the ServiceAccount cannot be read',
      { serviceAccount: () => Promise.reject(new ForbiddenError('no')) },
      'the ServiceAccount cannot be read',
    ],
    ['it is turned off', { preflightTimeoutMs: 0 }, 'preflight is turned off (WFE_PREFLIGHT_TIMEOUT)'],
  ])('says that it has not checked if %s', async (_, cluster, notCheckedReason) => {
    expect(await serviceWith(cluster).check()).toMatchObject({ checked: false, notCheckedReason, findings: [] });
  });

  it('does not resolve too many bundles for a caller', async () => {
    const { check, resolve } = serviceWith();
    const { burst } = rateLimits.preflights;

    for (let count = 0; count < burst; count++) await check();

    await expect(check()).resolves.toMatchObject({
      checked: false,
      notCheckedReason: 'too many bundles are being resolved; try again later',
    });
    expect(resolve).toHaveBeenCalledTimes(burst);
  });

  it('lets a caller have a few bundles resolved at a time, whatever others do', async () => {
    const pending = Promise.withResolvers<Resolution>();
    const { checkAs, resolve } = serviceWith();
    resolve.mockImplementation(() => pending.promise);
    const waiting = Array.from({ length: maxResolutions.perCaller }, () => checkAs('many'));

    await expect(checkAs('many')).resolves.toMatchObject({ checked: false });
    const other = checkAs('another');
    pending.resolve(found());

    await expect(other).resolves.toMatchObject({ checked: true });
    await Promise.all(waiting);
    await expect(checkAs('many')).resolves.toMatchObject({ checked: true });
  });

  it('has an answer of limited size', async () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `${'X'.repeat(1_000)}${at}`);
    const resolution = found({ params: names.map(declared), tasks: names });

    const { findings, tasks } = await serviceWith({ resolution }).check();

    expect([findings.length, tasks.length]).toEqual([maxViolations, maxPreflightTasks]);
    expect(JSON.stringify({ findings, tasks }).length).toBeLessThan(100_000);
  });
});

describe('a create', () => {
  it('warns of undeclared parameters if the bundle is remembered, without asking Tekton', async () => {
    const { screen, resolve } = serviceWith({ remembered: found() });

    await expect(screen({ A: 'x', B: 'y' })).resolves.toEqual([`parameter B ${undeclared}`]);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('does not wait for Tekton to warn', async () => {
    const { screen, resolve } = serviceWith();

    await expect(screen({ B: 'y' })).resolves.toEqual([]);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('is refused with undeclared parameters if the setting says so', async () => {
    const { screen } = serviceWith({ undeclaredParameters: 'refuse' });

    await expect(screen({ A: 'x' })).resolves.toEqual([]);
    await expect(screen({ B: 'y', C: 'z' })).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: {
        violations: [
          { path: ['spec', 'parameters', 'B'], message: undeclared },
          { path: ['spec', 'parameters', 'C'], message: undeclared },
        ],
      },
    });
  });

  it('is refused for now if parameters must be checked and cannot be', async () => {
    const { screen } = serviceWith({ undeclaredParameters: 'refuse', resolution: unknown });

    await expect(screen({ A: 'x' })).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'the parameters cannot be checked: Tekton is away',
      details: { retryAfterMs: 1_000 },
    });
  });

  it('is refused for good if parameters must be checked and the Pipeline cannot be read', async () => {
    const { screen } = serviceWith({
      resolution: { kind: 'unread', message: 'the Pipeline is not read: it is too large' },
      undeclaredParameters: 'refuse',
    });

    await expect(screen({ A: 'x' })).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: 'spec.workflowRef.containerImage: cannot be checked: the Pipeline is not read: it is too large',
    });
  });

  it('is refused if parameters must be checked and the bundle cannot be resolved: it may be pushed later', async () => {
    const resolution: Resolution = { kind: 'failed', message: 'cannot be resolved: not found' };

    await expect(serviceWith({ undeclaredParameters: 'refuse', resolution }).screen({ B: 'y' })).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: 'spec.workflowRef.containerImage: cannot be resolved: not found',
    });
    await expect(serviceWith({ remembered: resolution }).screen({ B: 'y' })).resolves.toEqual([]);
  });

  it('counts towards the bundles of its caller if parameters must be checked', async () => {
    const { screen } = serviceWith({ undeclaredParameters: 'refuse' });
    for (let count = 0; count < rateLimits.preflights.burst; count++) await screen({ A: 'x' });

    await expect(screen({ A: 'x' })).rejects.toMatchObject({ code: 'Unavailable' });
  });
});
