import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { reset } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { crashAt, crashPoints } from './crash.ts';
import { eventsAbout, eventsUntil, summaryOf } from './events.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

// Every crash has a namespace of its own: the next process takes over whatever it finds there.

describe('when the process dies', () => {
  // The finalizer, the lock, the PipelineRun, and up to three statuses.
  it.concurrent.each(crashPoints(6))(
    '$effect write $write of an execution, the next one completes it once',
    async (point) => {
      await using fixture = await new ReconcilerFixture().open();
      const crash = crashAt(fixture.proxy, point);
      const first = await fixture.startReconciler();
      await fixture.execute('wfe', skippingWorkflow);
      const completed = fixture.phase('wfe', 'Completed');
      await Promise.race([crash.happened, completed]);
      await first.stop();
      crash.over();

      await fixture.startReconciler();

      const { status } = await completed;
      const runs = await fixture.pipelineRuns('wfe');
      expect(runs.map(({ metadata }) => metadata.uid)).toEqual([status?.pipelineRunRef?.uid]);
    },
  );

  // The deletion of the PipelineRun, the lock, and the finalizer.
  it.concurrent.each(crashPoints(3))('$effect write $write of a deletion, the next one completes it', async (point) => {
    await using fixture = await new ReconcilerFixture().open();
    const first = await fixture.startReconciler();
    await fixture.execute('wfe', waitingWorkflow);
    const { status } = await fixture.until('wfe', 'it has started', (seen) => seen.status?.startTime !== undefined);
    const crash = crashAt(fixture.proxy, point);
    await fixture.delete('wfe');
    await crash.happened;
    await first.stop();
    crash.over();

    await fixture.startReconciler();

    await fixture.gone('wfe');
    const { items } = await fixture.client.list(pipelineRunResource, { namespace: fixture.namespace });
    expect(items.map(({ metadata }) => metadata.name)).not.toContain(status?.pipelineRunRef?.name);
  });

  it.concurrent('before it recorded the PipelineRuns it created, the next one adopts and cancels them', async () => {
    await using fixture = await diedBeforeRunning('adopted', 'cancelled');
    await expect(eventsAbout(fixture.client, fixture.namespace, 'adopted')).resolves.toEqual([]);
    const before = await fixture.pipelineRun('adopted');
    await fixture.cancel('cancelled');

    await fixture.startReconciler();

    const adopted = await fixture.phase('adopted', 'Running');
    expect(adopted.status?.pipelineRunRef?.uid).toBe(before.metadata.uid);
    await expect(fixture.pipelineRuns('adopted')).resolves.toHaveLength(1);
    const events = await eventsUntil(fixture.client, fixture.namespace, 'adopted', 'PipelineRunAdopted');
    expect(summaryOf(events)).toEqual(['Normal PipelineRunAdopted']);
    await fixture.endCancelledTask('cancelled');
    const { status } = await fixture.phase('cancelled', 'Failed');
    expect(status).toMatchObject({ failure: { reason: 'Cancelled' } });
    expect(status?.pipelineRunRef).toBeDefined();
  });

  it.concurrent('and its policy becomes stricter, the next one still follows what runs already', async () => {
    await using fixture = await diedBeforeRunning('wfe');
    const run = await fixture.pipelineRun('wfe');

    const { allowedBundles } = loadConfig({ WFE_ALLOWED_BUNDLES: 'quay.io/kubernaut/*' });
    await fixture.startReconciler({ allowedBundles });

    const { status } = await fixture.phase('wfe', 'Running');
    expect(status?.pipelineRunRef?.uid).toBe(run.metadata.uid);
    await fixture.completeTask('wfe');
    await fixture.phase('wfe', 'Completed');
  });
});

/** Executions whose PipelineRuns run, left behind by a process that could write no status. */
async function diedBeforeRunning(...names: string[]): Promise<ReconcilerFixture> {
  const fixture = await new ReconcilerFixture().open();
  const lost = fixture.proxy.inject({ method: 'PATCH', path: /\/workflowexecutions\/[^/]+\/status$/ }, reset());
  const reconciler = await fixture.startReconciler();
  for (const name of names) await fixture.execute(name, waitingWorkflow);
  for (const name of names) await fixture.startedRun(name);
  await until('a status was lost', () => lost.hits > 0);
  await reconciler.stop();
  for (const name of names) expect((await fixture.execution(name)).status).toBeUndefined();
  lost.remove();
  return fixture;
}
