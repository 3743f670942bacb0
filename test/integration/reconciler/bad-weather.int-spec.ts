import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pipelineRunName } from '../../../src/tekton/pipeline-run-name.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { finalizer } from '../../../src/workflow-execution/finalizer.ts';
import { register } from 'prom-client';
import { answer, hold, loseAnswer, reset } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { Stage } from './stage.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

const creation = { method: 'POST', path: '/pipelineruns' };
const statusWrite = { method: 'PATCH', path: /\/workflowexecutions\/[^/]+\/status$/ };

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

describe('an execution has one PipelineRun, even when', () => {
  it('the reconciler dies after creating it and before writing that down', async () => {
    const lost = stage.proxy.inject(statusWrite, reset());
    const first = await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    const before = await stage.pipelineRun('wfe');
    await until('a status was lost', () => lost.hits > 0);
    await first.stop();
    expect((await stage.execution('wfe')).status).toBeUndefined();

    lost.remove();
    await stage.startReconciler();

    const { status } = await stage.phase('wfe', 'Running');
    expect(status?.pipelineRunRef?.uid).toBe(before.metadata.uid);
    await expect(stage.pipelineRuns('wfe')).resolves.toHaveLength(1);
  });

  it('what is seen of it at first is older than its end', async () => {
    const created = await stage.execute('wfe', skippingWorkflow);
    const guarded = { metadata: { finalizers: [finalizer] } };
    await stage.client.patch(workflowExecutionResource, created.metadata, guarded);
    const query = { namespace: stage.namespace, limit: 500 };
    const { items, resourceVersion } = await stage.client.listRaw(workflowExecutionResource, query);
    const first = await stage.startReconciler();
    await stage.phase('wfe', 'Completed');
    await stage.delete('wfe');
    await stage.gone('wfe');
    await first.stop();
    const body = JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion }, items });
    const stale = stage.proxy.inject({ method: 'GET', path: /\/workflowexecutions$/ }, answer(200, { body }), 1);
    const before = stage.proxy.seen(creation).length;

    await stage.startReconciler();
    await stage.execute('next', skippingWorkflow);

    await stage.phase('next', 'Completed');
    expect(stale.hits).toBe(1);
    expect(stage.proxy.seen(creation)).toHaveLength(before + 1);
  });

  it('the answer to its creation is lost', async () => {
    stage.proxy.inject(creation, loseAnswer(), 1);
    await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);

    await stage.phase('wfe', 'Completed');
    expect(stage.proxy.seen(creation)).toHaveLength(2);
    await expect(stage.pipelineRuns('wfe')).resolves.toHaveLength(1);
  });

  it('the execution changes while its status is being written', async () => {
    const changed = Promise.withResolvers<void>();
    stage.proxy.inject(statusWrite, hold(changed.promise), 1);
    const written = stage.proxy.next(statusWrite);
    await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);
    await written;

    await stage.client.patch(workflowExecutionResource, stage.key('wfe'), { metadata: { labels: { touched: 'yes' } } });
    changed.resolve();

    const execution = await stage.phase('wfe', 'Completed');
    expect(execution.metadata.labels).toEqual({ touched: 'yes' });
    await expect(stage.pipelineRuns('wfe')).resolves.toHaveLength(1);
  });
});

describe('an execution', () => {
  it('stays Pending and says why while the API server refuses for now, and goes on when it does not', async () => {
    const before = await creationErrors();
    const refused = stage.proxy.inject(creation, answer(403));
    await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);

    const { status } = await stage.until('wfe', 'it says why', (execution) => execution.status !== undefined);
    expect(status).toMatchObject({ phase: 'Pending' });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'PipelineRunCreated', status: 'False', reason: 'Forbidden' }),
    );

    refused.remove();
    await stage.phase('wfe', 'Completed');
    expect((await creationErrors()) - before).toBe(refused.hits);
  });

  it('has failed when the name of its PipelineRun is taken, and leaves that one alone', async () => {
    const execution = await stage.execute('wfe', skippingWorkflow);
    const name = pipelineRunName(execution);
    const foreign = await stage.client.create(pipelineRunResource, {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: stage.key(name),
      spec: { status: 'PipelineRunPending', pipelineRef: { name: 'of-somebody-else' } },
    });

    await stage.startReconciler();

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'PipelineRunConflict', wasExecutionFailure: false });
    expect(status?.pipelineRunRef).toBeUndefined();
    const after = await stage.client.get(pipelineRunResource, stage.key(name));
    expect(after.metadata.uid).toBe(foreign.metadata.uid);
  });

  it('is repaired by the resync when the watch has missed the end of its PipelineRun', async () => {
    const reconciler = await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    await stage.until('wfe', 'it has started', ({ status }) => status?.startTime !== undefined);
    const { metadata } = await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    expect(stage.proxy.freeze({ path: '/pipelineruns', watch: true })).toBe(1);

    await answerWorkflow(stage.client, stage.namespace, metadata.name);
    await stage.pipelineRun('wfe', ({ status }) => status.completionTime !== undefined);
    expect((await stage.execution('wfe')).status?.phase).toBe('Running');

    await reconciler.resync();

    await stage.phase('wfe', 'Completed');
  });
});

/** PipelineRuns that could not be created, as the service's metrics count them; there are none before the first start. */
async function creationErrors(): Promise<number> {
  const metric = await register.getSingleMetric('kubernaut_pipelinerun_creation_errors_total')?.get();
  return metric?.values[0]?.value ?? 0;
}
