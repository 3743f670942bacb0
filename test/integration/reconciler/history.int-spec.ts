import { describe, expect, it } from '@jest/globals';
import type { Config } from '../../../src/config/config.ts';
import { finishedExecutionResource } from '../../../src/reconciler/history/finished-execution.ts';
import { Reflector } from '../../../src/kubernetes/reflector.ts';
import { buildPipelineRun } from '../../../src/tekton/build-pipeline-run.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { finalizer } from '../../../src/workflow-execution/metadata.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { until } from '../../support/until.ts';
import { hold } from '../support/faults.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

/** The list and watch of settled executions. */
const ofHistory = { path: '/workflowexecutions', query: /settled(=|%3D)true/ };
const day = 86_400_000;
const forEver: Partial<Config> = { ttlSuccessMs: 0, ttlFailureMs: 0, ttlSkippedMs: 0, historyLimit: 0 };

/** The status of an execution that finished some days ago. */
function finishedStatus(daysAgo: number, over: WorkflowExecutionStatus = {}): WorkflowExecutionStatus {
  const at = new Date(Date.now() - daysAgo * day).toISOString().replace(/\.\d+Z$/, 'Z');
  const done = { status: 'True', message: '', lastTransitionTime: at, observedGeneration: 1 } as const;
  const conditions = [
    { ...done, type: 'Ready', reason: 'Completed' },
    { ...done, type: 'AuditRecorded', reason: 'Recorded' },
  ];
  return { phase: 'Completed', outcome: 'Success', observedGeneration: 1, completionTime: at, conditions, ...over };
}

/** Stores an execution as a controller left it some days ago. */
async function store(
  fixture: ReconcilerFixture,
  name: string,
  daysAgo: number,
  status: WorkflowExecutionStatus = { settled: true },
  spec: Partial<WorkflowExecutionSpec> = {},
): Promise<WorkflowExecution> {
  const { client } = fixture;
  const { metadata } = await fixture.create(name, spec);
  await client.patch(workflowExecutionResource, metadata, { metadata: { finalizers: [finalizer] } });
  const patch = { status: finishedStatus(daysAgo, status) };
  return client.patch(workflowExecutionResource, metadata, patch, { subresource: 'status' });
}

/** Stores the PipelineRun of an execution, which Tekton does not start. */
async function storeRun({ client }: ReconcilerFixture, execution: WorkflowExecution): Promise<void> {
  const { spec, ...pipelineRun } = buildPipelineRun(execution);
  const { metadata } = await client.create(pipelineRunResource, {
    ...pipelineRun,
    spec: { ...spec, status: 'PipelineRunPending' },
  });
  const lastTransitionTime = metadata.creationTimestamp;
  const conditions = [{ type: 'Succeeded', status: 'True', reason: 'Succeeded', lastTransitionTime }];
  await client.patch(pipelineRunResource, metadata, { status: { conditions } }, { subresource: 'status' });
}

/** The names of all executions of a fixture. */
async function names({ client, namespace }: ReconcilerFixture): Promise<string[]> {
  const { items } = await client.list(workflowExecutionResource, { namespace });
  return items.map(({ metadata }) => metadata.name).sort();
}

async function runsOf({ client, namespace }: ReconcilerFixture) {
  return (await client.list(pipelineRunResource, { namespace })).items;
}

const failed: WorkflowExecutionStatus = {
  ...{ settled: true, phase: 'Failed', outcome: 'Failed' },
  failure: { reason: 'TaskFailed', message: 'a step failed', wasExecutionFailure: true },
};

describe('the API server', () => {
  it('selects executions by status.settled, also those without a status, and reports one that is settled as deleted', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const { client, namespace } = fixture;
    const list = async (fieldSelector: string) => {
      const { items } = await client.list(workflowExecutionResource, { namespace, fieldSelector });
      return items.map(({ metadata }) => metadata.name);
    };
    await fixture.create('new');
    await store(fixture, 'settled', 1);
    const finished = await store(fixture, 'finished', 1, { settled: false });
    await expect(list('status.settled!=true')).resolves.toEqual(['finished', 'new']);
    await expect(list('status.settled=true')).resolves.toEqual(['settled']);

    const unsettled = new Reflector({
      ...{ client, resource: workflowExecutionResource, namespaces: [namespace] },
      fieldSelector: 'status.settled!=true',
    });
    const stop = new AbortController();
    const running = unsettled.run(stop.signal);
    await unsettled.waitForSync();
    const written = await client.patch(
      workflowExecutionResource,
      finished.metadata,
      { status: { settled: true } },
      { subresource: 'status' },
    );
    // As the controller does: until then the cache has the new state, which the event removes.
    unsettled.store.upsertIfNewer(written);
    await until('it has left the cache', () => unsettled.store.get(finished.metadata) === undefined);
    stop.abort();
    await running;
  });
});

describe('an execution', () => {
  it('is settled after its end and no longer cached, and is deleted with its PipelineRun', async () => {
    await using fixture = await new ReconcilerFixture().open();
    await fixture.startReconciler({ cooldownMs: 0 });
    await fixture.execute('settled', skippingWorkflow);
    await fixture.until('settled', 'it is settled', ({ status }) => status?.settled === true);
    const { client, namespace } = fixture;
    const settled = new Reflector({
      ...{ client, resource: finishedExecutionResource, namespaces: [namespace] },
      fieldSelector: 'status.settled=true',
    });
    const stop = new AbortController();
    const running = settled.run(stop.signal);
    await settled.waitForSync();
    expect(settled.store.keys()).toEqual([`${namespace}/settled`]);
    stop.abort();
    await running;

    await fixture.delete('settled');

    await fixture.gone('settled');
    await until('its PipelineRun is gone', async () => (await runsOf(fixture)).length === 0);
  });

  it('whose spec changes after it was settled has that observed', async () => {
    await using fixture = await new ReconcilerFixture().open();
    await fixture.startReconciler(forEver);
    await store(fixture, 'settled', 1);
    await fixture.cancel('settled');
    const { status } = await fixture.until(
      'settled',
      'its generation is observed',
      ({ metadata, status }) => status?.observedGeneration === metadata.generation,
    );
    expect(status).toMatchObject({ phase: 'Completed', settled: true });
  });
});

describe('a start with history', () => {
  it('leads and runs a new execution while the history is not read', async () => {
    await using fixture = await new ReconcilerFixture().open();
    for (let i = 0; i < 20; i += 1) await storeRun(fixture, await store(fixture, `old-${i}`, 1));
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const held = fixture.proxy.inject(ofHistory, hold(released));
    await fixture.startReconciler(forEver);

    await fixture.execute('new', skippingWorkflow);
    await fixture.phase('new', 'Completed');

    expect(held.hits).toBeGreaterThan(0);
    const read = fixture.proxy.seen({ method: 'GET', path: /\/pipelineruns\/old/ });
    expect(read).toEqual([]);
    // What happened to settled executions meanwhile is found once the history is read.
    await fixture.delete('old-7');
    release();
    await fixture.gone('old-7');
  });

  it('releases PipelineRuns that were being deleted, and those whose execution is gone', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const { client } = fixture;
    const [kept, deleted, orphaned] = [
      await store(fixture, 'kept', 1),
      await store(fixture, 'deleted', 1),
      await store(fixture, 'orphaned', 1),
    ];
    for (const execution of [kept, deleted, orphaned]) await storeRun(fixture, execution);
    await client.patch(workflowExecutionResource, orphaned.metadata, { metadata: { finalizers: [] } });
    await fixture.delete('orphaned');
    const [run] = await fixture.pipelineRuns('deleted');
    await client.delete(pipelineRunResource, run!.metadata);

    await fixture.startReconciler(forEver);

    await until('the deleted one is gone', async () => (await fixture.pipelineRuns('deleted')).length === 0);
    await until('the orphan is released', async () => {
      const runs = await fixture.pipelineRuns('orphaned');
      return runs.every(({ metadata }) => metadata.finalizers === undefined);
    });
    const [untouched] = await fixture.pipelineRuns('kept');
    expect(untouched?.metadata.finalizers).toHaveLength(1);
  });

  it('settles what an older version left, and waits for the cooldown of the others', async () => {
    await using fixture = await new ReconcilerFixture().open();
    await store(fixture, 'old', 1, {});
    await store(fixture, 'recent', 0, {});
    await fixture.startReconciler(forEver);
    await fixture.until('old', 'it is settled', ({ status }) => status?.settled === true);
    const { status } = await fixture.execution('recent');
    expect(status?.settled).toBeUndefined();
  });

  it('follows a run whose PipelineRun was created before the start', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const first = await fixture.startReconciler(forEver);
    await fixture.execute('running', waitingWorkflow);
    await fixture.startedRun('running');
    await fixture.phase('running', 'Running');
    await first.stop();
    await fixture.startReconciler(forEver);

    await fixture.completeTask('running');

    await fixture.phase('running', 'Completed');
  });
});

describe('the history of a namespace', () => {
  it('loses what its TTL and its limit say, oldest first, with all PipelineRuns', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const statuses: Record<string, [number, WorkflowExecutionStatus, Partial<WorkflowExecutionSpec>?]> = {
      'completed-old': [8, { settled: true }],
      'completed-recent': [6, { settled: true }],
      'failed-old': [31, failed],
      'failed-recent': [29, failed],
      'own-ttl': [1, { settled: true }, { ttlSecondsAfterFinished: 3_600 }],
      'own-long-ttl': [90, { settled: true }, { ttlSecondsAfterFinished: 100 * 86_400 }],
      'not-recorded': [90, { conditions: [] }],
    };
    for (const [name, [daysAgo, status, spec]] of Object.entries(statuses)) {
      await storeRun(fixture, await store(fixture, name, daysAgo, status, spec));
    }
    // Events that a test cannot record: the delivery of audit events is held back.
    await fixture.startReconciler({ historyLimit: 1, dataStorageUrl: 'http://127.0.0.1:9' });

    for (const name of ['completed-old', 'failed-old', 'own-ttl', 'failed-recent']) await fixture.gone(name);

    await expect(names(fixture)).resolves.toEqual(['completed-recent', 'not-recorded', 'own-long-ttl']);
    await until('the other PipelineRuns are gone', async () => (await runsOf(fixture)).length === 3);
  });

  it('keeps outcomes without their PipelineRuns after WFE_KEEP_PIPELINE_RUNS', async () => {
    await using fixture = await new ReconcilerFixture().open();
    for (const [name, daysAgo] of [['old', 2] as const, ['recent', 0.5] as const]) {
      await storeRun(fixture, await store(fixture, name, daysAgo));
    }
    const before = await fixture.execution('old');

    await fixture.startReconciler({ ...forEver, keepPipelineRunsMs: day });

    await until('one is pruned', async () => (await runsOf(fixture)).length === 1);
    await expect(fixture.pipelineRuns('recent')).resolves.toHaveLength(1);
    await expect(fixture.execution('old')).resolves.toEqual(before);
  });
});
