import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import type { ApiResource } from '../../../src/kubernetes/resource-type.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import { customRunResource } from '../../../src/tekton/custom-run.ts';
import { pipelineRunName } from '../../../src/tekton/names.ts';
import { taskRunLabels, taskRunResource } from '../../../src/tekton/task-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { answer, type Fault } from '../support/faults.ts';
import { until } from '../../support/until.ts';
import { ReconcilerFixture } from './fixture.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

let fixture: ReconcilerFixture;

beforeAll(async () => {
  fixture = await new ReconcilerFixture().open();
  await fixture.startReconciler();
});

afterAll(() => fixture.close());

describe('a target whose Lease was deleted', () => {
  it('is kept by its running execution, which restores the Lease', async () => {
    await fixture.execute('running', waitingWorkflow, on('restored'));
    await fixture.phase('running', 'Running');

    await fixture.client.delete(leaseResource, lockOf('restored'));

    await until('the Lease is there again', async () => (await holderOf('restored')).includes('/running/'));
  });

  it('is kept by its running execution when the Lease cannot be restored', async () => {
    await fixture.execute('first', waitingWorkflow, on('not-restored'));
    await fixture.phase('first', 'Running');
    const refused = fixture.proxy.inject({ method: 'POST', path: '/leases' }, answer(503));
    await fixture.client.delete(leaseResource, lockOf('not-restored'));
    await until('it could not be written', () => refused.hits > 0);

    await fixture.execute('second', skippingWorkflow, on('not-restored'));

    await expect(fixture.phase('second', 'Skipped').finally(() => refused.remove())).resolves.toHaveProperty(
      'status.skip',
      expect.objectContaining(busyWith('first')),
    );
  });

  it('is acquired by one of two executions if the first is creating its PipelineRun', async () => {
    const { fault, release } = hold();
    const creation = fixture.proxy.inject({ method: 'POST', path: '/pipelineruns' }, fault, 1);
    await fixture.execute('creating', waitingWorkflow, on('contended'));
    await until('its PipelineRun is requested', () => creation.hits > 0);
    await fixture.client.delete(leaseResource, lockOf('contended'));

    await fixture.execute('rival', skippingWorkflow, on('contended'));

    await expect(fixture.phase('rival', 'Skipped').finally(release)).resolves.toHaveProperty(
      'status.skip',
      expect.objectContaining(busyWith('creating')),
    );
    await fixture.phase('creating', 'Running');
    await expect(fixture.pipelineRuns('rival')).resolves.toEqual([]);
  });

  it('is acquired by one of two executions if the first has not created its PipelineRun', async () => {
    const { fault, release } = holdAnswers('/late/');
    const locking = fixture.proxy.inject({ method: 'POST', path: '/leases' }, fault);
    await fixture.execute('late', skippingWorkflow, on('overtaken'));
    await until('it has the lock', async () => (await holderOf('overtaken')).includes('/late/'));
    await fixture.client.delete(leaseResource, lockOf('overtaken'));

    await fixture.execute('early', waitingWorkflow, on('overtaken'));
    await fixture.phase('early', 'Running').finally(release);
    locking.remove();

    await expect(fixture.phase('late', 'Skipped')).resolves.toHaveProperty(
      'status.skip',
      expect.objectContaining(busyWith('early')),
    );
    await expect(fixture.pipelineRuns('late')).resolves.toEqual([]);
  });

  it('keeps its cooldown', async () => {
    await fixture.execute('completed', waitingWorkflow, on('cooling'));
    await fixture.startedRun('completed');
    await fixture.completeTask('completed');
    await fixture.phase('completed', 'Completed');
    await fixture.client.delete(leaseResource, lockOf('cooling'));

    await fixture.execute('again', skippingWorkflow, on('cooling'));

    const { status } = await fixture.phase('again', 'Skipped');
    expect(status?.skip).toMatchObject({ reason: 'RecentlyRemediated', conflictingExecution: { name: 'completed' } });
  });
});

describe('a target whose Lease was changed to another holder', () => {
  it('is kept by its running execution', async () => {
    await fixture.execute('started', waitingWorkflow, on('given-away'));
    await fixture.phase('started', 'Running');
    await fixture.client.patch(leaseResource, lockOf('given-away'), {
      spec: { holderIdentity: `${fixture.namespace}/nobody/uid-nobody` },
    });

    await fixture.execute('usurper', skippingWorkflow, on('given-away'));

    const { status } = await fixture.phase('usurper', 'Skipped');
    expect(status?.skip).toMatchObject({ reason: 'ResourceBusy', conflictingExecution: { name: 'started' } });
    await until('its Lease names it', async () => (await holderOf('given-away')).includes('/started/'));
  });
});

describe('a target whose execution was removed by force', () => {
  it('is not free while a TaskRun of its run is running, which is cancelled', async () => {
    const { metadata } = await fixture.execute('removed', waitingWorkflow, on('orphaned'));
    const pipelineRun = pipelineRunName({ metadata });
    await fixture.phase('removed', 'Running');
    const orphan = await fixture.client.create(taskRunResource, orphanOf(pipelineRun));
    const withPod = { status: { podName: 'orphan-pod' } };
    await fixture.client.patch(taskRunResource, orphan.metadata, withPod, { subresource: 'status' });
    await fixture.client.patch(workflowExecutionResource, metadata, { metadata: { finalizers: null } });
    await fixture.delete('removed');
    await fixture.gone('removed');
    await until('its PipelineRun is gone', async () => (await fixture.pipelineRuns('removed')).length === 0);

    await fixture.execute('too-early', skippingWorkflow, on('orphaned'));

    const { status } = await fixture.phase('too-early', 'Skipped');
    expect(status?.skip).toMatchObject(busyWith('removed'));
    const { spec } = await fixture.client.get(taskRunResource, orphan.metadata);
    expect(spec.status).toBe('TaskRunCancelled');
    await fixture.client.delete(taskRunResource, orphan.metadata);
    for (const resource of [taskRunResource, customRunResource]) {
      await until(`the ${resource.kind} is gone`, async () => (await childrenOf(pipelineRun, resource)).length === 0);
    }
    await fixture.execute('in-time', skippingWorkflow, on('orphaned'));
    await fixture.phase('in-time', 'Completed');
  });
});

describe('an execution without interference', () => {
  it('writes its lock once', async () => {
    const before = fixture.proxy.requests.length;
    await fixture.execute('ordinary', waitingWorkflow, on('ordinary'));
    const { metadata } = await fixture.pipelineRun('ordinary', ({ status }) => status.childReferences.length > 0);
    await answerWorkflow(fixture.client, fixture.namespace, metadata.name);
    await fixture.phase('ordinary', 'Completed');

    const ofLeases = fixture.proxy.requests
      .slice(before)
      .filter(
        ({ url, method }) => url.pathname.includes('/leases') && (method !== 'GET' || !url.searchParams.has('watch')),
      );
    expect(ofLeases.map(({ method }) => method)).toEqual(['POST']);
  });
});

/** A fault that keeps requests from the API server until they are released. */
function hold(): { readonly fault: Fault; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const fault: Fault = async (exchange) => {
    await promise;
    await exchange.pass();
  };
  return { fault, release: resolve };
}

/** A fault that lets requests take effect, and keeps the answers that contain a text until they are released. */
function holdAnswers(text: string): { readonly fault: Fault; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const fault: Fault = async (exchange) => {
    const { status, headers, body } = await exchange.forward();
    const answer = (await body.toArray()).join('');
    if (answer.includes(text)) await promise;
    exchange.begin(status, headers);
    exchange.write(answer);
    exchange.end();
  };
  return { fault, release: resolve };
}

/** A TaskRun as Tekton labels those of a PipelineRun, without an owner; Tekton leaves it to another controller. */
async function childrenOf(pipelineRun: string, resource: ApiResource): Promise<readonly unknown[]> {
  const labelSelector = `${taskRunLabels.pipelineRun}=${pipelineRun}`;
  const { items } = await fixture.client.listRaw(resource, { namespace: fixture.namespace, labelSelector });
  return items;
}

function orphanOf(pipelineRun: string) {
  return {
    ...{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun' },
    metadata: {
      name: 'orphan',
      namespace: fixture.namespace,
      labels: { [taskRunLabels.pipelineRun]: pipelineRun },
    },
    spec: { managedBy: 'example.org/nobody', taskSpec: { steps: [{ name: 'none', image: 'none' }] } },
  };
}

function busyWith(name: string) {
  return { reason: 'ResourceBusy', conflictingExecution: expect.objectContaining({ name }) };
}

function on(name: string) {
  return { targetResource: `${fixture.namespace}/deployment/${name}` };
}

function lockOf(name: string) {
  return { namespace: fixture.namespace, name: lockName(on(name).targetResource) };
}

async function holderOf(name: string): Promise<string> {
  return (await fixture.client.find(leaseResource, lockOf(name)))?.spec.holderIdentity ?? '';
}
