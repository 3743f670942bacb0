import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.ts';
import { pipelineRunName } from '../../../src/tekton/pipeline-run-name.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { answer } from '../support/faults.ts';
import { denyPipelineRuns, exhaustPipelineRuns } from './admission.ts';
import { eventsAbout, eventsUntil, summaryOf } from './events.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow } from './workflows.ts';

const creation = { method: 'POST', path: '/pipelineruns' };

describe('an execution whose PipelineRun is refused', () => {
  it.concurrent('for now stays Pending, says why with one Event, and goes on when it is accepted', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const refused = fixture.proxy.inject(creation, answer(403));
    const reconciler = await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);

    const { status } = await fixture.until('wfe', 'it says why', (execution) => execution.status !== undefined);
    expect(status).toMatchObject({ phase: 'Pending' });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'PipelineRunCreated', status: 'False', reason: 'Forbidden' }),
    );
    while (refused.hits < 5) {
      const next = fixture.proxy.next(creation);
      await reconciler.resync();
      await next;
    }

    refused.remove();
    await fixture.phase('wfe', 'Completed');
    await reconciler.stop();
    const events = await eventsAbout(fixture.client, fixture.namespace, 'wfe');
    expect(summaryOf(events)).toEqual(['Warning Forbidden', 'Normal PipelineRunCreated', 'Normal Completed']);
    expect(events[0]).toMatchObject({
      note: expect.stringContaining('The PipelineRun can not be created now'),
      series: { count: refused.hits },
    });
  });

  it.concurrent('by a quota waits until there is room', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const quota = await exhaustPipelineRuns(fixture.client, fixture.namespace);
    await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);
    const { status } = await fixture.until('wfe', 'it says why', (execution) => execution.status !== undefined);
    expect(status).toMatchObject({ phase: 'Pending', message: expect.stringContaining('exceeded quota') });

    await quota.remove();

    await fixture.phase('wfe', 'Completed');
  });

  it.concurrent('by an admission policy fails with the message of the policy', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const policy = await denyPipelineRuns(fixture.client, fixture.namespace);
    await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);

    const { status } = await fixture.phase('wfe', 'Failed').finally(() => policy.remove());
    expect(status?.failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: false });
    expect(status?.message).toContain('not on a Monday');
    expect(status?.pipelineRunRef).toBeUndefined();
  });

  it.concurrent('because its name is taken fails, and leaves that PipelineRun alone', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const execution = await fixture.execute('wfe', skippingWorkflow);
    const name = pipelineRunName(execution);
    const foreign = await fixture.client.create(pipelineRunResource, {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: fixture.key(name),
      spec: { status: 'PipelineRunPending', pipelineRef: { name: 'of-somebody-else' } },
    });

    await fixture.startReconciler();

    const { status } = await fixture.phase('wfe', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'PipelineRunConflict', wasExecutionFailure: false });
    expect(status?.pipelineRunRef).toBeUndefined();
    const after = await fixture.client.get(pipelineRunResource, fixture.key(name));
    expect(after.metadata.uid).toBe(foreign.metadata.uid);
  });
});

describe('a policy of the service', () => {
  it.concurrent(
    'fails what it does not allow, names the rule and creates nothing, and runs what it allows',
    async () => {
      await using fixture = await new ReconcilerFixture().open();
      const allowed = await fixture.execute('allowed', skippingWorkflow);
      const repositories = allowed.spec.workflowRef.containerImage.replace(/\/[^/]+$/, '/*');
      const { allowedBundles } = loadConfig({ WFE_ALLOWED_BUNDLES: repositories });
      await fixture.create('refused', { workflowRef: { ...aSpec().workflowRef, containerImage: 'evil/oomkill:v1' } });

      await fixture.startReconciler({ allowedBundles });

      await fixture.phase('allowed', 'Completed');
      const { status } = await fixture.phase('refused', 'Failed');
      expect(status?.failure).toMatchObject({
        reason: 'ValidationFailed',
        message: expect.stringContaining('WFE_ALLOWED_BUNDLES'),
        wasExecutionFailure: false,
      });
      await expect(fixture.pipelineRuns('refused')).resolves.toEqual([]);
      const [event] = await eventsUntil(fixture.client, fixture.namespace, 'refused', 'ValidationFailed');
      expect(event?.note).toContain('WFE_ALLOWED_BUNDLES');
    },
  );
});
