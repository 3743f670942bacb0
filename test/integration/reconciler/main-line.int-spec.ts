import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isSettled } from '../../../src/audit/standing.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { pushBundle } from '../../cluster/images.ts';
import { Stage } from './stage.ts';
import { answerWorkflow, demandingWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

describe('an execution', () => {
  it('runs its workflow and is Completed with the times of the PipelineRun', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);

    const running = await stage.phase('wfe', 'Running');
    const { name, uid } = (await stage.pipelineRun('wfe')).metadata;
    expect(running.status?.pipelineRunRef).toEqual({
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      name,
      namespace: stage.namespace,
      uid,
    });
    await answerWorkflow(stage.client, stage.namespace, name);

    const { status } = await stage.phase('wfe', 'Completed');
    const run = await stage.client.get(pipelineRunResource, stage.key(name));
    expect(status).toMatchObject({
      outcome: 'Success',
      observedGeneration: 1,
      startTime: run.status.startTime,
      completionTime: run.status.completionTime,
    });
    expect(status?.conditions?.map(({ type, status: value }) => `${type}=${value}`)).toEqual([
      'Ready=True',
      'PipelineRunCreated=True',
    ]);
  });

  it('costs at most 6 writes and no reads', async () => {
    await stage.startReconciler();
    // The first one makes it read API discovery, once for all.
    await stage.execute('first', skippingWorkflow);
    await stage.until('first', 'nothing is left to be done', isSettled);
    const before = stage.proxy.requests.length;
    await stage.execute('wfe', skippingWorkflow);
    await stage.phase('wfe', 'Completed');

    // Events are written beside the work, and not all of them may have been written yet.
    const isWork = ({ url }: { url: URL }) =>
      !url.searchParams.has('limit') && !isWatch(url) && !url.pathname.startsWith('/apis/events.k8s.io/');
    const calls = stage.proxy.requests.slice(before).filter(isWork);
    expect(calls.filter(({ method }) => method === 'GET')).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(6);
  });

  it('has a name of any length, and its PipelineRun one that Tekton takes', async () => {
    await stage.startReconciler();
    const long = `${'long-'.repeat(50)}end`;
    await stage.execute(long, skippingWorkflow);

    const { status } = await stage.phase(long, 'Completed');
    expect(status?.pipelineRunRef?.name).toMatch(/^(long-){9}long-[0-9a-f]{12}$/);
    expect(status?.pipelineRunRef?.name.length).toBeLessThanOrEqual(63);
  });

  it('has failed when a task has that somebody else than Tekton does', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    const { metadata } = await stage.pipelineRun('wfe');
    await answerWorkflow(stage.client, stage.namespace, metadata.name, 'False');

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status).toMatchObject({ outcome: 'Failed', failure: { reason: 'Unknown', wasExecutionFailure: true } });
  });

  it('runs exactly the bundle that its digest names, also when the tag has moved on', async () => {
    await stage.startReconciler();
    const registry = process.env['WFE_TEST_REGISTRY'] ?? '';
    const push = (yaml: string) =>
      pushBundle(registry, `workflows/${stage.namespace}:moving`, { pipelineName: 'workflow', yaml });
    const { ref, digest } = await push(skippingWorkflow);
    await push(demandingWorkflow);

    const workflowRef = { workflowId: 'w', version: '1', containerImage: ref };
    await stage.create('pinned', { workflowRef: { ...workflowRef, containerDigest: digest } });
    await stage.create('moved', { workflowRef });

    await expect(stage.phase('pinned', 'Completed')).resolves.toHaveProperty('status.outcome', 'Success');
    await expect(stage.phase('moved', 'Failed')).resolves.toHaveProperty('status.failure.reason', 'ConfigurationError');
  });

  it('has failed when its bundle does not exist, and no step has run', async () => {
    await stage.startReconciler();
    await stage.create('wfe', {
      workflowRef: { workflowId: 'w', version: '1', containerImage: `${process.env['WFE_TEST_REGISTRY']}/nothing:v1` },
    });

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'BundleResolutionFailed', wasExecutionFailure: false });
  });

  it('has failed when the workflow wants a parameter that it does not give', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', demandingWorkflow);

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: false });
    expect(status?.message).toContain('NOBODY_GIVES_THIS');
  });

  it('has failed when its PipelineRun was deleted by hand', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    const running = await stage.until('wfe', 'it has started', ({ status }) => status?.startTime !== undefined);

    await stage.client.delete(pipelineRunResource, stage.key(running.status?.pipelineRunRef?.name ?? ''));

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'PipelineRunDeleted', wasExecutionFailure: true });
  });
});

function isWatch(url: URL): boolean {
  return url.searchParams.get('watch') === 'true';
}
