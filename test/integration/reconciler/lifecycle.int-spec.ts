import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { pushBundle } from '../../cluster/images.ts';
import { parameterBytes } from '../../../src/workflow-execution/generated/parameter-rules.ts';
import { largestParameters } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { kubectl } from '../../support/product.ts';
import { eventsUntil } from './events.ts';
import { until } from '../../support/until.ts';
import { ReconcilerFixture } from './fixture.ts';
import {
  answerTasks,
  demandingWorkflow,
  endTasksCancelledSoFar,
  skippingWorkflow,
  waitingWorkflow,
  wideWorkflow,
} from './workflows.ts';
import { cluster } from '../support/cluster.ts';

const registry = process.env['WFE_TEST_REGISTRY'] ?? '';

let fixture: ReconcilerFixture;

beforeAll(async () => {
  fixture = await new ReconcilerFixture().open();
  await fixture.startReconciler();
});

afterAll(() => fixture.close());

describe('an execution', () => {
  it.concurrent('completes with the times of its PipelineRun', async () => {
    await fixture.execute('completes', waitingWorkflow);

    const running = await fixture.phase('completes', 'Running');
    const { name, uid } = (await fixture.pipelineRun('completes')).metadata;
    expect(running.status?.pipelineRunRef).toEqual({
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      name,
      namespace: fixture.namespace,
      uid,
    });
    await fixture.completeTask('completes');

    const { status } = await fixture.phase('completes', 'Completed');
    const run = await fixture.client.get(pipelineRunResource, fixture.key(name));
    expect(status).toMatchObject({
      outcome: 'Success',
      observedGeneration: 1,
      startTime: run.metadata.creationTimestamp,
      completionTime: run.status.completionTime,
    });
    expect(status?.conditions?.map(({ type, status: value }) => `${type}=${value}`)).toEqual([
      'Ready=True',
      'PipelineRunCreated=True',
      'Finished=True',
    ]);
  });

  it.concurrent('completes when 20 tasks use all parameters at maximum size', async () => {
    const parameters = largestParameters('<');
    await fixture.execute('largest', wideWorkflow(20, Object.keys(parameters)), { parameters });
    const { metadata } = await fixture.pipelineRun('largest');
    await answerTasks(fixture.client, fixture.namespace, metadata.name, 20);

    await fixture.phase('largest', 'Completed');
    const stored = await fixture.client.raw(
      `/apis/tekton.dev/v1/namespaces/${fixture.namespace}/pipelineruns/${metadata.name}`,
    );
    // A copy of every parameter in the spec and in each task of status.pipelineSpec, 6 bytes for a character.
    expect(Buffer.byteLength(stored)).toBeGreaterThan(21 * 6 * 0.9 * parameterBytes.max);
  });

  it.concurrent('has Events, which kubectl describe shows in order', async () => {
    const { metadata } = await fixture.execute('described', skippingWorkflow);

    const { client, namespace } = fixture;
    const events = await eventsUntil(client, namespace, 'described', 'PipelineRunCreated', 'Completed');

    expect(events).toContainEqual(
      expect.objectContaining({
        ...{ type: 'Normal', reason: 'PipelineRunCreated' },
        regarding: expect.objectContaining({ kind: 'WorkflowExecution', uid: metadata.uid }),
      }),
    );
    const described = await kubectl(cluster, 'describe', 'wfe', 'described', '-n', fixture.namespace);
    const shown = described.slice(described.indexOf('Events:'));
    expect(shown).toMatch(/Normal +PipelineRunCreated .+Normal +Completed /s);
  });

  it.concurrent('may have a name of any length; its PipelineRun has one that Tekton accepts', async () => {
    const long = `${'long-'.repeat(50)}end`;
    await fixture.execute(long, skippingWorkflow);

    const { status } = await fixture.phase(long, 'Completed');
    expect(status?.pipelineRunRef?.name).toMatch(/^(long-){9}long-[0-9a-f]{12}$/);
    expect(status?.pipelineRunRef?.name.length).toBeLessThanOrEqual(63);
  });

  it.concurrent('fails when a custom task fails, with a Warning event', async () => {
    await fixture.execute('fails', waitingWorkflow);
    await fixture.completeTask('fails', 'False');

    const { status } = await fixture.phase('fails', 'Failed');
    expect(status).toMatchObject({ outcome: 'Failed', failure: { reason: 'Unknown', wasExecutionFailure: true } });
    const events = await eventsUntil(fixture.client, fixture.namespace, 'fails', 'Unknown');
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'Warning', note: expect.stringContaining(String(status?.failure?.message)) }),
    );
  });

  it.concurrent('runs exactly the bundle that its digest names, even after the tag has moved', async () => {
    const push = (yaml: string) =>
      pushBundle(registry, `workflows/${fixture.namespace}:moving`, { pipelineName: 'workflow', yaml });
    const { ref, digest } = await push(skippingWorkflow);
    const moved = await push(demandingWorkflow);

    const workflowRef = { workflowId: 'w', version: '1', containerImage: ref };
    await fixture.create('pinned', { workflowRef: { ...workflowRef, containerDigest: digest } });
    await fixture.create('moved', { workflowRef });

    const pinned = await fixture.phase('pinned', 'Completed');
    expect(pinned.status).toMatchObject({ outcome: 'Success', bundleDigest: digest });
    const { status } = await fixture.phase('moved', 'Failed');
    expect(status?.bundleDigest).toBe(moved.digest);
    expect(status?.failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: false });
    expect(status?.failure?.message).toContain('NOBODY_GIVES_THIS');
  });

  it.concurrent('fails when its bundle does not exist, and no step has run', async () => {
    const workflowRef = { workflowId: 'w', version: '1', containerImage: `${registry}/nothing:v1` };
    await fixture.create('no-bundle', { workflowRef });

    const { status } = await fixture.phase('no-bundle', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'BundleResolutionFailed', wasExecutionFailure: false });
  });

  it.concurrent('fails when its PipelineRun is deleted by hand', async () => {
    await fixture.execute('run-deleted', waitingWorkflow);
    const { metadata } = await fixture.startedRun('run-deleted');

    await fixture.client.delete(pipelineRunResource, metadata);
    await fixture.endCancelledTask('run-deleted');

    const { status } = await fixture.phase('run-deleted', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'PipelineRunDeleted', wasExecutionFailure: true });
  });

  it.concurrent('fails with DeadlineExceeded after its timeout', async () => {
    await fixture.execute('too-slow', waitingWorkflow, { executionConfig: { timeout: '1s' } });
    const waits = 'Waiting for CustomRun';
    const { status: before } = await fixture.until(
      'too-slow',
      'it has failed, or waits for the custom task if there was time to create it',
      (one) => one.status?.phase === 'Failed' || (one.status?.message?.includes(waits) ?? false),
    );
    if (before?.phase !== 'Failed') await fixture.endCancelledTask('too-slow');

    const { status } = await fixture.phase('too-slow', 'Failed');
    expect(status?.failure?.reason).toBe('DeadlineExceeded');
  });

  it.concurrent('is deleted with its PipelineRun when its TTL has passed', async () => {
    await fixture.execute('expires', waitingWorkflow, { ttlSecondsAfterFinished: 1 });
    await fixture.completeTask('expires');

    await fixture.gone('expires');
    await until('its PipelineRun is gone', async () => (await fixture.pipelineRuns('expires')).length === 0);
  });

  it.concurrent('that is cancelled before its start creates nothing', async () => {
    await fixture.execute('never-started', waitingWorkflow, { cancelRequested: true });

    const { status } = await fixture.phase('never-started', 'Failed');
    expect(status).toMatchObject({ outcome: 'Failed', failure: { reason: 'Cancelled', wasExecutionFailure: false } });
    await expect(fixture.pipelineRuns('never-started')).resolves.toEqual([]);
  });

  it.concurrent('that is cancelled while it runs fails once Tekton has cancelled its PipelineRun', async () => {
    await fixture.execute('cancelled', waitingWorkflow);
    await fixture.startedRun('cancelled');
    await fixture.phase('cancelled', 'Running');
    await fixture.cancel('cancelled');
    await eventsUntil(fixture.client, fixture.namespace, 'cancelled', 'CancellationRequested');

    await fixture.endCancelledTask('cancelled');

    const { status, metadata } = await fixture.phase('cancelled', 'Failed');
    expect(status?.failure?.reason).toBe('Cancelled');
    expect(status?.observedGeneration).toBe(metadata.generation);
    const [run] = await fixture.pipelineRuns('cancelled');
    expect(run?.spec.status).toBe('CancelledRunFinally');
    const events = await eventsUntil(fixture.client, fixture.namespace, 'cancelled', 'Cancelled');
    expect(events).toContainEqual(expect.objectContaining({ type: 'Normal', reason: 'Cancelled' }));
  });

  it.concurrent(
    'whose PipelineRun is cancelled by hand fails with Cancelled once its custom task has ended',
    async () => {
      await fixture.execute('run-cancelled', waitingWorkflow);
      const { metadata } = await fixture.startedRun('run-cancelled');
      await fixture.client.patch(pipelineRunResource, metadata, { spec: { status: 'Cancelled' } });
      const says = 'Waiting for CustomRun';
      const waiting = await fixture.until('run-cancelled', says, (one) => one.status?.message?.includes(says) ?? false);
      expect(waiting.status?.phase).toBe('Running');

      await fixture.endCancelledTask('run-cancelled');

      const { status } = await fixture.phase('run-cancelled', 'Failed');
      expect(status?.failure?.reason).toBe('Cancelled');
    },
  );

  it.concurrent('that is deleted does not wait for a foreign finalizer on its PipelineRun', async () => {
    await fixture.execute('lingers', waitingWorkflow);
    await fixture.phase('lingers', 'Running');
    const { metadata } = await fixture.startedRun('lingers');
    const finalizers = [...(metadata.finalizers ?? []), testFinalizer];
    await fixture.client.patch(pipelineRunResource, metadata, { metadata: { finalizers } });

    await fixture.delete('lingers');
    await fixture.pipelineRun('lingers', (run) => run.metadata.deletionTimestamp !== undefined);
    await expect(fixture.execution('lingers')).resolves.toHaveProperty('metadata.deletionTimestamp');

    await until('it is gone', async () => {
      await endTasksCancelledSoFar(fixture.client, fixture.namespace, metadata.name);
      return (await fixture.client.find(workflowExecutionResource, fixture.key('lingers'))) === undefined;
    });
    expect((await withFinalizers(metadata.name)).metadata.finalizers).toContain(testFinalizer);
    await fixture.client.patch(pipelineRunResource, metadata, { metadata: { finalizers: null } });
  });

  it.concurrent('that is deleted keeps the finalizers of others', async () => {
    await fixture.execute('kept', skippingWorkflow);
    const { metadata } = await fixture.phase('kept', 'Completed');
    const finalizers = [...(metadata.finalizers ?? []), testFinalizer];
    await fixture.client.patch(workflowExecutionResource, metadata, { metadata: { finalizers } });

    await fixture.delete('kept');

    const isAlone = ({ metadata }: { metadata: Meta }) => metadata.finalizers?.length === 1;
    const execution = await fixture.until('kept', 'one finalizer is left', isAlone);
    expect(execution.metadata.finalizers).toEqual([testFinalizer]);
  });

  it.concurrent('that is deleted and created again under its name is another execution', async () => {
    const before = await fixture.execute('twice', skippingWorkflow);
    const first = await fixture.phase('twice', 'Completed');
    await fixture.delete('twice');
    await fixture.gone('twice');

    // On another target, because this one cools down.
    const targetResource = `${fixture.namespace}/deployment/another`;
    const after = await fixture.execute('twice', skippingWorkflow, { targetResource });
    const second = await fixture.phase('twice', 'Completed');

    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(second.status?.pipelineRunRef?.name).not.toBe(first.status?.pipelineRunRef?.name);
  });
});

const testFinalizer = 'test.kubernaut.ai/hold';

type Execution = Awaited<ReturnType<ReconcilerFixture['execution']>>;
type Meta = Execution['metadata'];

/** The PipelineRun with its finalizers, which the product's parser drops. */
function withFinalizers(name: string) {
  return fixture.client.get(
    { ...pipelineRunResource, parse: (json) => json as { apiVersion: string; kind: string; metadata: Meta } },
    fixture.key(name),
  );
}
