import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { ForbiddenError } from '../../../src/kubernetes/errors.ts';
import { buildPipelineRun, pipelineRunFinalizer, pipelineRunLabels } from '../../../src/tekton/build-pipeline-run.ts';
import { hasSpecOf, pipelineRunContentResource, unnamed } from '../../../src/tekton/pipeline-run-content.ts';
import { pipelineRunResource, type PipelineRun } from '../../../src/tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { bind, callerOf } from '../../support/callers.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { waitingWorkflow } from '../reconciler/workflows.ts';
import { actingAs } from '../support/acting-as.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';

const { targetResource: target, workflowExecution, workflowId } = pipelineRunLabels;
const otherOwner = { apiVersion: 'x.example/v1', kind: 'WorkflowExecution', name: 'wfe', uid: 'uid-1' };
/** Changes that make a PipelineRun unrelated to its execution. */
const unrelated = { metadata: { ownerReferences: [], finalizers: [] } };
const tekton = 'system:serviceaccount:tekton-pipelines:tekton-pipelines-controller';
const garbageCollector = 'system:serviceaccount:kube-system:generic-garbage-collector';

const config = sharedCluster();
const admin = new KubernetesClient(config);
let namespace: TestNamespace;
let execution: WorkflowExecution;
let run: PipelineRun;
/** Has the cluster role `edit`, to which Tekton adds PipelineRuns. */
let tenant: KubernetesClient;
let service: KubernetesClient;
/** Has all verbs in the namespace. */
let owner: KubernetesClient;
const unbind: (() => Promise<void>)[] = [];

beforeAll(async () => {
  namespace = await createNamespace(admin, 'pipeline-runs');
  tenant = await someoneWith('edit', 'tenant');
  service = await someoneWith('workflow-execution-controller', 'service', 'everywhere');
  owner = await someoneWith('cluster-admin', 'owner');
  execution = await admin.create(workflowExecutionResource, {
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: { namespace: namespace.name, name: 'wfe' },
    spec: aSpec({ workflowRef: { ...aSpec().workflowRef, containerImage: await publish() } }),
  });
  await until('the tenant may create PipelineRuns', () => succeeds(create(tenant, unrelated)));
  await until('the service may create them', () => succeeds(create(service)));
  await until('the policy is in force', async () =>
    (await refusal(create(tenant, unblocking()))).includes('ValidatingAdmissionPolicy'),
  );
  await until('the owner may create PipelineRuns', () => succeeds(create(owner, unrelated)));
  const { metadata } = await service.create(pipelineRunResource, buildPipelineRun(execution));
  await until('it runs', async () => {
    run = await admin.get(pipelineRunResource, metadata);
    return run.status.childReferences.length > 0;
  });
});

afterAll(async () => {
  for (const remove of unbind) await remove();
  await admin.patch(pipelineRunResource, run.metadata, { metadata: { finalizers: null } });
  await namespace.delete();
  await config.close();
});

describe('the PipelineRun of an execution', () => {
  it('can be created by the service only', async () => {
    await expect(refusal(create(tenant, unblocking()))).resolves.toContain('are created by the service only');
  });

  it('blocks the deletion of its execution, which requires the permission to set finalizers of executions', async () => {
    await expect(refusal(create(tenant))).resolves.toContain("a resource you can't set finalizers on");
  });

  it('cannot be created, adopted or changed with all rights in its namespace', async () => {
    await expect(refusal(create(owner))).resolves.toContain('are created by the service only');
    const disowned = { metadata: { ownerReferences: null } };
    await expect(refusal(change(owner, disowned))).resolves.toContain('owner references');
    await expect(refusal(change(owner, { metadata: { finalizers: null } }))).resolves.toContain('the finalizer');
  });

  it.each<[string, object, string]>([
    ['is not taken from its execution', { metadata: { ownerReferences: null } }, 'owner references'],
    ['is not given to another kind', { metadata: { ownerReferences: [{ ...otherOwner }] } }, 'owner references'],
    ['keeps our labels', { metadata: { labels: { [target]: null } } }, 'labels and annotations'],
    ['keeps the values of our labels', { metadata: { labels: { [target]: 'x' } } }, 'labels and annotations'],
    [
      'keeps the label of its execution',
      { metadata: { labels: { [workflowExecution]: 'x' } } },
      'labels and annotations',
    ],
    ['keeps the label of its workflow', { metadata: { labels: { [workflowId]: null } } }, 'labels and annotations'],
    ['keeps our annotations', { metadata: { annotations: { [target]: 'x' } } }, 'labels and annotations'],
    ['keeps our finalizer', { metadata: { finalizers: null } }, 'the finalizer'],
    ['keeps its spec', { spec: { taskRunTemplate: { serviceAccountName: 'admin' } } }, 'the spec'],
    ['is given nothing more to run', { spec: { taskRunSpecs: [{ pipelineTaskName: 'a' }] } }, 'the spec'],
    ['keeps what it runs', { spec: { params: null } }, 'the spec'],
    ['is not held back', { spec: { status: 'PipelineRunPending' } }, 'spec.status'],
  ])('%s by others', async (_, patch, message) => {
    await expect(refusal(change(tenant, patch))).resolves.toContain(message);
  });

  it.each(['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally'])(
    'can be cancelled by users who may patch it: %s',
    async (status) => {
      await expect(change(tenant, { spec: { status } })).resolves.toHaveProperty('spec.status', status);
    },
  );

  it('can be started while it is pending, as Kueue does', async () => {
    const pending = await createPending('pending');
    const change = (spec: object) => tenant.patch(pipelineRunResource, pending, { spec }, { dryRun: true });

    for (const status of [null, '']) {
      await expect(refusal(change({ status }))).resolves.toBe('');
      const other = { status, taskRunTemplate: { serviceAccountName: 'admin' } };
      await expect(refusal(change(other))).resolves.toContain('the spec');
    }
    await expect(refusal(change({ status: 'Cancelled' }))).resolves.toBe('');
    await admin.patch(pipelineRunResource, pending, { metadata: { finalizers: null } });
    await admin.delete(pipelineRunResource, pending);
  });

  it('accepts labels, annotations and finalizers of others', async () => {
    const mine = { labels: { mine: 'x' }, annotations: { mine: 'x' }, finalizers: [pipelineRunFinalizer, 'mine.io/x'] };
    await expect(change(tenant, { metadata: mine })).resolves.toHaveProperty('metadata.finalizers', mine.finalizers);
  });

  it('can be deleted', async () => {
    const created = await createPending('deleted');

    await tenant.delete(pipelineRunResource, created);

    const deleted = await admin.get(pipelineRunResource, created);
    expect(deleted.metadata.deletionTimestamp).toBeDefined();
    await admin.patch(pipelineRunResource, created, { metadata: { finalizers: null } });
  });

  it('is recognized by the service with a dry run of its creation', async () => {
    const stored = await admin.get(pipelineRunContentResource, run.metadata);
    const again = unnamed(buildPipelineRun(execution));
    const created = await service.create(pipelineRunContentResource, again, { dryRun: true });
    expect(hasSpecOf(stored, created)).toBe(true);
  });

  it('is changed by the service', async () => {
    const ours = { labels: { [target]: null }, finalizers: null, ownerReferences: null };
    await expect(change(service, { metadata: ours })).resolves.toBeDefined();
  });
});

it('a PipelineRun that is restored from a backup, without its owner, cannot be created', async () => {
  for (const client of [admin, tenant]) {
    await expect(refusal(create(client, { metadata: { ownerReferences: [] } }))).resolves.toContain('is a copy');
  }
});

describe('a foreign PipelineRun', () => {
  it('can be created, but not assigned to an execution', async () => {
    const others = { metadata: { ...unrelated.metadata, name: 'others' } };
    await expect(create(tenant, others)).resolves.toBeDefined();
    const [owner] = run.metadata.ownerReferences ?? [];
    for (const over of [{}, { apiVersion: 'x.example/v1' }, { kind: 'Thing' }]) {
      const owned = { metadata: { ...others.metadata, ownerReferences: [{ ...owner, ...over }] } };
      await expect(refusal(create(tenant, owned))).resolves.toContain('are created by the service only');
    }
  });
});

describe('allowed changes to PipelineRuns of executions', () => {
  it('include labels and annotations by Tekton', async () => {
    const added = { labels: { 'tekton.dev/pipeline': 'workflow' }, annotations: { 'tekton.dev/x': 'y' } };
    await expect(change(actingAs(config, tekton), { metadata: added })).resolves.toBeDefined();
  });

  it('include owner references and finalizers by the garbage collector', async () => {
    const collector = actingAs(config, garbageCollector);
    const [owner] = run.metadata.ownerReferences ?? [];
    const unblocked = [{ ...owner, blockOwnerDeletion: false }];
    await expect(change(collector, { metadata: { ownerReferences: unblocked } })).resolves.toBeDefined();
    await expect(change(collector, { metadata: { ownerReferences: null } })).resolves.toBeDefined();
    await expect(refusal(change(collector, { metadata: { finalizers: null } }))).resolves.toContain('the finalizer');
  });
});

function publish(): Promise<string> {
  const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
  return publishWorkflow(publisher, namespace.name, waitingWorkflow);
}

/** A user of the namespace with a ClusterRole, there unless everywhere. */
async function someoneWith(role: string, name: string, where?: 'everywhere'): Promise<KubernetesClient> {
  const caller = { namespace: namespace.name, name };
  unbind.push(await bind(admin, role, caller, where ?? { namespace: namespace.name }));
  return actingAs(config, (await callerOf(admin, caller)).username);
}

/** Creates the PipelineRun of the execution with something changed in it, which is not stored. */
function create(client: KubernetesClient, over: { metadata?: object } = {}): Promise<PipelineRun> {
  const { metadata, ...expected } = buildPipelineRun(execution);
  const probe = { ...metadata, name: 'probe', ...over.metadata };
  return client.create(pipelineRunResource, { ...expected, metadata: probe }, { dryRun: true });
}

/** A PipelineRun of the execution that Tekton must not start yet, as Kueue's webhook leaves it. */
async function createPending(name: string): Promise<PipelineRun['metadata']> {
  const { metadata, spec, ...rest } = buildPipelineRun(execution);
  const pending = { ...rest, metadata: { ...metadata, name }, spec: { ...spec, status: 'PipelineRunPending' } };
  return (await service.create(pipelineRunResource, pending)).metadata;
}

/** The owner of the PipelineRun, without blocking its deletion. */
function unblocking() {
  const owners = buildPipelineRun(execution).metadata.ownerReferences;
  return { metadata: { ownerReferences: owners.map((owner) => ({ ...owner, blockOwnerDeletion: false })) } };
}

/** Changes the PipelineRun of the execution, which is not stored. */
function change(client: KubernetesClient, patch: object): Promise<PipelineRun> {
  return client.patch(pipelineRunResource, run.metadata, patch, { dryRun: true });
}

/** Why an attempt was forbidden; empty if it was allowed. */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return '';
  } catch (error) {
    if (error instanceof ForbiddenError) return error.message;
    throw error;
  }
}

async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return (await refusal(attempt)) === '';
}
