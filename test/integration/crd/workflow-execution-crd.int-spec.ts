import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { InvalidError } from '../../../src/kubernetes/errors.ts';
import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import { workflowExecutionResource as resource } from '../../../src/workflow-execution/resource.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { kubectl } from '../../support/product.ts';
import { createNamespace } from '../support/namespace.ts';
import { createRules, updateRules } from './rules.ts';
import type { Json } from './rules.ts';
import { statusRules } from './status-rules.ts';
import { cluster } from '../support/cluster.ts';

/** The response to a dry run has no resourceVersion; only its spec and status are read. */
const workflowExecutionResource = { ...resource, parse: (raw: unknown) => raw as WorkflowExecution };
const client = new KubernetesClient(loadKubeConfigFiles([process.env['WFE_TEST_KUBECONFIG'] ?? '']));
let namespace: Awaited<ReturnType<typeof createNamespace>>;

beforeAll(async () => {
  namespace = await createNamespace(client, 'crd');
});

afterAll(async () => {
  await namespace.delete();
});

describe('creating a WorkflowExecution', () => {
  it('fills in the defaults', async () => {
    const created = await create(aSpec());
    expect(created.spec.executionConfig).toEqual({ serviceAccountName: 'workflow-execution-sa' });
  });

  it.each(createRules)('$field: accepts $shownGood', async ({ change, good }) => {
    await expect(create(change(aSpec(), good))).resolves.toHaveProperty('spec');
  });

  it.each(createRules)('$field: rejects $shownBad: $says', async ({ change, field, bad, says }) => {
    const error = await refusal(create(change(aSpec(), bad)));
    expect(error.details.causes).toContainEqual(
      expect.objectContaining({ field: `spec.${field}`, message: expect.stringContaining(says) }),
    );
    expect(error.message).toContain(`spec.${field}`);
  });

  it('drops a status, which only the service may set', async () => {
    const created = await client.create(
      workflowExecutionResource,
      { ...object(aSpec()), status: { phase: 'Completed' } },
      dryRun,
    );
    expect(created.status).toEqual({ observedGeneration: -1 });
  });
});

describe('changing a WorkflowExecution', () => {
  it.each(updateRules)('$field: cannot go from $from to $to', async ({ field, from, to, says }) => {
    const { metadata } = await stored({ ...aSpec(), [field]: from ?? undefined });
    const error = await refusal(client.patch(workflowExecutionResource, metadata, { spec: { [field]: to } }, dryRun));
    expect(error.details.causes).toContainEqual(
      expect.objectContaining({ field: `spec.${field}`, message: expect.stringContaining(says) }),
    );
  });

  it.each(updateRules)('$field: may be sent again unchanged', async ({ field, from }) => {
    const { metadata, spec } = await stored({ ...aSpec(), [field]: from ?? undefined });
    const again = { spec: { [field]: from } };
    const patched = await client.patch(workflowExecutionResource, metadata, again, dryRun);
    expect(patched.spec).toEqual(spec);
  });

  it('allows cancelRequested to go from false to true', async () => {
    const { metadata } = await stored({ ...aSpec(), cancelRequested: false });
    const patched = await client.patch(
      workflowExecutionResource,
      metadata,
      { spec: { cancelRequested: true } },
      dryRun,
    );
    expect(patched.spec.cancelRequested).toBe(true);
  });

  it.each([
    ['false', { cancelRequested: false }],
    ['nothing', { cancelRequested: null }],
  ])('accepts cancelRequested %s after a cancelled execution has finished', async (_, spec) => {
    const cancelled = { ...aSpec(), cancelRequested: true, cancelMode: 'Immediate' };
    const failure = { reason: 'Cancelled', message: 'cancelled', wasExecutionFailure: true };
    const { metadata } = await storedWithStatus({ phase: 'Failed', failure }, cancelled);
    const patched = await client.patch(workflowExecutionResource, metadata, { spec }, dryRun);
    expect(patched.spec.cancelRequested).not.toBe(true);
  });

  // A manifest applied after the end leaves these two; backups and `kubectl create` bring them without a status.
  it('accepts cancelMode without cancelRequested', async () => {
    const { spec } = await stored({ ...aSpec(), cancelRequested: false, cancelMode: 'Immediate' });
    expect(spec).toMatchObject({ cancelRequested: false, cancelMode: 'Immediate' });
  });

  it.each([
    [undefined, 'Graceful', true],
    [undefined, 'Immediate', true],
    ['Graceful', 'Immediate', true],
    ['Immediate', 'Graceful', false],
    ['Immediate', null, false],
  ] as const)('allows cancelMode to go from %s to %s: %p', async (from, to, isAllowed) => {
    const { metadata } = await stored({ ...aSpec(), cancelRequested: true, cancelMode: from });
    const patching = client.patch(workflowExecutionResource, metadata, { spec: { cancelMode: to } }, dryRun);
    const outcome = patching.then(
      ({ spec }) => spec.cancelMode,
      (error: unknown) => String(error),
    );
    expect(await outcome).toEqual(isAllowed ? to : expect.stringContaining('can only go from Graceful to Immediate'));
  });
});

describe('the status of a WorkflowExecution', () => {
  it.each(statusRules)('$name: accepts the valid one', async ({ before, good }) => {
    const { metadata } = await storedWithStatus(before);
    const patch = client.patch(
      workflowExecutionResource,
      metadata,
      { status: good },
      { ...dryRun, subresource: 'status' },
    );
    await expect(patch).resolves.toHaveProperty('status');
  });

  it.each(statusRules)('$name: rejects the invalid one: $says', async ({ before, bad, field, says }) => {
    const { metadata } = await storedWithStatus(before);
    const patch = client.patch(
      workflowExecutionResource,
      metadata,
      { status: bad },
      { ...dryRun, subresource: 'status' },
    );
    const error = await refusal(patch);
    expect(error.details.causes).toContainEqual(
      expect.objectContaining({ field, message: expect.stringContaining(says) }),
    );
  });

  it('does not change through the main resource', async () => {
    const { metadata } = await stored(aSpec());
    const patched = await client.patch(workflowExecutionResource, metadata, { status: { phase: 'Completed' } }, dryRun);
    expect(patched.status).toEqual({ observedGeneration: -1 });
  });
});

describe('finding WorkflowExecutions', () => {
  it('prints the columns of one that has ended', async () => {
    const failure = { reason: 'TaskFailed', message: 'no', wasExecutionFailure: true };
    const ready = { type: 'Ready', status: 'False', reason: 'TaskFailed', message: 'no' };
    const conditions = [ready, { ...ready, type: 'PipelineRunCreated', reason: 'PipelineRunCreated' }].map((one) => ({
      ...one,
      lastTransitionTime: '2026-01-02T03:04:05Z',
    }));
    const status = { phase: 'Failed', failure, duration: '1m30s', conditions };
    const { metadata, spec } = await storedWithStatus(status);
    const [, row] = await rows(metadata.name);
    const { targetResource, workflowRef } = spec;
    expect(row).toEqual(
      expect.arrayContaining([metadata.name, 'Failed', 'TaskFailed', targetResource, workflowRef.workflowId, '1m30s']),
    );
  });

  it.each([
    ['spec.remediationRequestRef.name', 'selected'],
    ['spec.targetResource', 'payment/deployment/selected'],
    ['spec.workflowRef.workflowId', 'selected'],
    ['status.phase', 'Running'],
    ['status.target', 'payment/deployment/selected'],
  ])('selects them by %s', async (field, value) => {
    const spec = { ...aSpec(), targetResource: 'payment/deployment/selected' };
    spec.workflowRef = { ...spec.workflowRef, workflowId: 'selected' };
    spec.remediationRequestRef = { name: 'selected' };
    const { metadata } = await storedWithStatus({ phase: 'Running', target: 'payment/deployment/selected' }, spec);
    await stored(aSpec());
    const page = await client.list(workflowExecutionResource, {
      namespace: namespace.name,
      fieldSelector: `${field}=${value}`,
    });
    expect(page.items.map((item) => item.metadata.name)).toContain(metadata.name);
    const other = await client.list(workflowExecutionResource, {
      namespace: namespace.name,
      fieldSelector: `${field}!=${value}`,
    });
    expect(other.items.map((item) => item.metadata.name)).not.toContain(metadata.name);
  });

  it('finds them by the short name wfe and the category kubernaut', async () => {
    const resources = await kubectl(cluster, 'api-resources', '--categories=kubernaut', '--no-headers');
    expect(resources.trim().split(/\s+/)).toEqual([
      'workflowexecutions',
      'wfe',
      'workflowexecution.kubernaut.ai/v1alpha1',
      'true',
      'WorkflowExecution',
    ]);
  });
});

/** What `kubectl get wfe` prints, the headings first. */
async function rows(...options: string[]): Promise<string[][]> {
  const table = await kubectl(cluster, 'get', 'wfe', '-n', namespace.name, ...options);
  return table.split('\n').map((line) => line.trim().split(/ {2,}/));
}

const dryRun = { dryRun: true };

function object(spec: Json, name?: string) {
  return {
    apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
    kind: 'WorkflowExecution',
    metadata: { namespace: namespace.name, ...(name === undefined ? { name: 'example' } : { name }) },
    spec,
  };
}

function create(spec: Json) {
  return client.create(workflowExecutionResource, object(spec), dryRun);
}

let count = 0;
function stored(spec: Json) {
  count += 1;
  return client.create(workflowExecutionResource, object(spec, `stored-${count}`));
}

async function storedWithStatus(status: Json, spec: Json = aSpec()) {
  const { metadata } = await stored(spec);
  return client.patch(workflowExecutionResource, metadata, { status }, { subresource: 'status' });
}

async function refusal(attempt: Promise<unknown>): Promise<InvalidError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InvalidError);
  return error as InvalidError;
}
