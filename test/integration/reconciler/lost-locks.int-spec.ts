import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import { answer, type Fault } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { Stage } from './stage.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await new Stage().open();
  await stage.startReconciler();
});

afterAll(() => stage.close());

describe('a target whose Lease somebody has deleted', () => {
  it('is still its running execution’s, which writes the Lease again', async () => {
    await stage.execute('running', waitingWorkflow, on('restored'));
    await stage.phase('running', 'Running');

    await stage.client.delete(leaseResource, lockOf('restored'));

    await until('the Lease is there again', async () => (await holderOf('restored')).includes('/running/'));
  });

  it('is still its running execution’s when the Lease cannot be written again', async () => {
    await stage.execute('first', waitingWorkflow, on('not-restored'));
    await stage.phase('first', 'Running');
    const refused = stage.proxy.inject({ method: 'POST', path: '/leases' }, answer(503));
    await stage.client.delete(leaseResource, lockOf('not-restored'));
    await until('it could not be written', () => refused.hits > 0);

    await stage.execute('second', skippingWorkflow, on('not-restored'));

    await expect(stage.phase('second', 'Skipped').finally(() => refused.remove())).resolves.toHaveProperty(
      'status.skip',
      expect.objectContaining(busyWith('first')),
    );
  });

  it('is taken by one of two executions when it happens while the first creates its PipelineRun', async () => {
    const { fault, release } = hold();
    const creation = stage.proxy.inject({ method: 'POST', path: '/pipelineruns' }, fault, 1);
    await stage.execute('creating', waitingWorkflow, on('contended'));
    await until('its PipelineRun is requested', () => creation.hits > 0);
    await stage.client.delete(leaseResource, lockOf('contended'));

    await stage.execute('rival', skippingWorkflow, on('contended'));

    await expect(stage.phase('rival', 'Skipped').finally(release)).resolves.toHaveProperty(
      'status.skip',
      expect.objectContaining(busyWith('creating')),
    );
    await stage.phase('creating', 'Running');
    await expect(stage.pipelineRuns('rival')).resolves.toEqual([]);
  });

  it('is taken by one of two executions when it happens before the first creates its PipelineRun', async () => {
    const { fault, release } = hold();
    const finalizer = stage.proxy.inject({ method: 'PATCH', path: /\/workflowexecutions\/late$/ }, fault, 1);
    await stage.execute('late', skippingWorkflow, on('overtaken'));
    await until('it has the lock', async () => finalizer.hits > 0 && (await holderOf('overtaken')).includes('/late/'));
    await stage.client.delete(leaseResource, lockOf('overtaken'));

    await stage.execute('early', waitingWorkflow, on('overtaken'));
    await stage.phase('early', 'Running').finally(release);

    await expect(stage.phase('late', 'Skipped')).resolves.toHaveProperty(
      'status.skip',
      expect.objectContaining(busyWith('early')),
    );
    await expect(stage.pipelineRuns('late')).resolves.toEqual([]);
  });

  it('still cools down', async () => {
    await stage.execute('completed', skippingWorkflow, on('cooling'));
    await stage.phase('completed', 'Completed');
    await stage.client.delete(leaseResource, lockOf('cooling'));

    await stage.execute('again', skippingWorkflow, on('cooling'));

    const { status } = await stage.phase('again', 'Skipped');
    expect(status?.skip).toMatchObject({ reason: 'RecentlyRemediated', conflictingExecution: { name: 'completed' } });
  });
});

describe('a target whose Lease somebody has given to another execution', () => {
  it('is still its running execution’s', async () => {
    await stage.execute('started', waitingWorkflow, on('given-away'));
    await stage.phase('started', 'Running');
    await stage.client.patch(leaseResource, lockOf('given-away'), {
      spec: { holderIdentity: `${stage.namespace}/nobody/uid-nobody` },
    });

    await stage.execute('usurper', skippingWorkflow, on('given-away'));

    const { status } = await stage.phase('usurper', 'Skipped');
    expect(status?.skip).toMatchObject({ reason: 'ResourceBusy', conflictingExecution: { name: 'started' } });
    await until('its Lease names it', async () => (await holderOf('given-away')).includes('/started/'));
  });
});

describe('an execution that nobody interferes with', () => {
  it('writes its lock once', async () => {
    const before = stage.proxy.requests.length;
    await stage.execute('ordinary', waitingWorkflow, on('ordinary'));
    const { metadata } = await stage.pipelineRun('ordinary', ({ status }) => status.childReferences.length > 0);
    await answerWorkflow(stage.client, stage.namespace, metadata.name);
    await stage.phase('ordinary', 'Completed');

    const ofLeases = stage.proxy.requests
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

function busyWith(name: string) {
  return { reason: 'ResourceBusy', conflictingExecution: expect.objectContaining({ name }) };
}

function on(name: string) {
  return { targetResource: `${stage.namespace}/deployment/${name}` };
}

function lockOf(name: string) {
  return { namespace: stage.namespace, name: lockName(on(name).targetResource) };
}

async function holderOf(name: string): Promise<string> {
  return (await stage.client.find(leaseResource, lockOf(name)))?.spec.holderIdentity ?? '';
}
