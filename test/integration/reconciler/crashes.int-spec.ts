import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { crashAt, crashPoints } from './crash.ts';
import { Stage } from './stage.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

describe('when the process dies', () => {
  // The finalizer, the lock, the PipelineRun, and up to three statuses.
  it.each(crashPoints(6))('$effect write $write of an execution, the next one completes it once', async (point) => {
    const crash = crashAt(stage.proxy, point);
    const first = await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);
    await Promise.race([crash.happened, stage.phase('wfe', 'Completed')]);
    await first.stop();
    crash.over();

    await stage.startReconciler();

    const { status } = await stage.phase('wfe', 'Completed');
    const runs = await stage.pipelineRuns('wfe');
    expect(runs.map(({ metadata }) => metadata.uid)).toEqual([status?.pipelineRunRef?.uid]);
  });

  // The deletion of the PipelineRun, the lock, and the finalizer.
  it.each(crashPoints(3))('$effect write $write of a deletion, the next one goes on with it', async (point) => {
    const first = await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    const { status } = await stage.until('wfe', 'it has started', (seen) => seen.status?.startTime !== undefined);
    const crash = crashAt(stage.proxy, point);
    await stage.delete('wfe');
    await crash.happened;
    await first.stop();
    crash.over();

    await stage.startReconciler();

    await stage.gone('wfe');
    const { items } = await stage.client.list(pipelineRunResource, { namespace: stage.namespace });
    expect(items.map(({ metadata }) => metadata.name)).not.toContain(status?.pipelineRunRef?.name);
  });
});
