import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { reset } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { Stage } from './stage.ts';
import { endCancelledTask, skippingWorkflow, waitingWorkflow } from './workflows.ts';

const statusWrite = { method: 'PATCH', path: /\/workflowexecutions\/[^/]+\/status$/ };

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

describe('an execution that is cancelled', () => {
  it('before it has started creates nothing', async () => {
    await stage.execute('wfe', waitingWorkflow);
    await stage.cancel('wfe');
    await stage.startReconciler();

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status).toMatchObject({ outcome: 'Failed', failure: { reason: 'Cancelled', wasExecutionFailure: false } });
    await expect(stage.pipelineRuns('wfe')).resolves.toEqual([]);
  });

  it('while it runs ends as Cancelled when Tekton has cancelled its PipelineRun', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await stage.phase('wfe', 'Running');
    await stage.cancel('wfe');

    await endCancelledTask(stage.client, stage.namespace);

    const { status, metadata } = await stage.phase('wfe', 'Failed');
    expect(status?.failure?.reason).toBe('Cancelled');
    expect(status?.observedGeneration).toBe(metadata.generation);
    const [run] = await stage.pipelineRuns('wfe');
    expect(run?.spec.status).toBe('CancelledRunFinally');
  });

  it('after its PipelineRun was created and before that was written down is started first, and then cancelled', async () => {
    const lost = stage.proxy.inject(statusWrite, reset());
    const first = await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await first.stop();
    await stage.cancel('wfe');
    lost.remove();
    await stage.startReconciler();

    await endCancelledTask(stage.client, stage.namespace);

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status).toMatchObject({ failure: { reason: 'Cancelled' } });
    expect(status?.pipelineRunRef).toBeDefined();
  });

  it('by hand on its PipelineRun ends as Cancelled too', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    const { metadata } = await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await stage.client.patch(pipelineRunResource, metadata, { spec: { status: 'Cancelled' } });

    await endCancelledTask(stage.client, stage.namespace);

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status?.failure?.reason).toBe('Cancelled');
  });
});

describe('an execution that is deleted', () => {
  it('stays until its PipelineRun is gone', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    await stage.phase('wfe', 'Running');
    const { metadata } = await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await stage.client.patch(pipelineRunResource, metadata, { metadata: { finalizers: ['test.kubernaut.ai/hold'] } });

    await stage.delete('wfe');
    await stage.pipelineRun('wfe', (run) => run.metadata.deletionTimestamp !== undefined);
    await expect(stage.execution('wfe')).resolves.toHaveProperty('metadata.deletionTimestamp');

    await until('only the hold keeps it', async () => {
      const { finalizers } = (await raw(metadata.name)).metadata;
      return finalizers?.length === 1;
    });
    await stage.client.patch(pipelineRunResource, metadata, { metadata: { finalizers: null } });
    await stage.gone('wfe');
    await expect(stage.pipelineRuns('wfe')).resolves.toEqual([]);
  });

  it('before it has started goes at once', async () => {
    await stage.execute('wfe', waitingWorkflow);
    await stage.client.patch(workflowExecutionResource, stage.key('wfe'), {
      metadata: { finalizers: ['workflowexecution.kubernaut.ai/workflowexecution-cleanup'] },
    });
    await stage.delete('wfe');
    await stage.startReconciler();

    await stage.gone('wfe');
  });

  it('leaves the finalizers of others alone', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);
    const { metadata } = await stage.phase('wfe', 'Completed');
    const finalizers = [...(metadata.finalizers ?? []), 'test.kubernaut.ai/hold'];
    await stage.client.patch(workflowExecutionResource, metadata, { metadata: { finalizers } });

    await stage.delete('wfe');

    const execution = await stage.until(
      'wfe',
      'one finalizer is left',
      (seen) => seen.metadata.finalizers?.length === 1,
    );
    expect(execution.metadata.finalizers).toEqual(['test.kubernaut.ai/hold']);
  });

  it('and made anew under its name is another one', async () => {
    await stage.startReconciler();
    const before = await stage.execute('wfe', skippingWorkflow);
    const first = await stage.phase('wfe', 'Completed');
    await stage.delete('wfe');
    await stage.gone('wfe');

    // On another target, because this one cools down.
    const targetResource = `${stage.namespace}/deployment/another`;
    const after = await stage.execute('wfe', skippingWorkflow, { targetResource });
    const second = await stage.phase('wfe', 'Completed');

    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(second.status?.pipelineRunRef?.name).not.toBe(first.status?.pipelineRunRef?.name);
  });
});

describe('an execution with a time', () => {
  it('to live after its end is deleted when that is over', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow, { ttlSecondsAfterFinished: 1 });
    await stage.pipelineRun('wfe');

    await stage.gone('wfe');
    await expect(stage.pipelineRuns('wfe')).resolves.toEqual([]);
  });

  it('to run in is DeadlineExceeded when that is over', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow, { executionConfig: { timeout: '1s' } });

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status?.failure?.reason).toBe('DeadlineExceeded');
  });
});

/** The PipelineRun with its finalizers, which the product does not read. */
function raw(name: string) {
  return stage.client.get(
    { ...pipelineRunResource, parse: (json) => json as { apiVersion: string; kind: string; metadata: Meta } },
    stage.key(name),
  );
}

type Meta = Awaited<ReturnType<Stage['execution']>>['metadata'];
