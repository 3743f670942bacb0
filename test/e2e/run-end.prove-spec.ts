import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pipelineRunLabels } from '../../src/tekton/build-pipeline-run.ts';
import { pipelineRunResource } from '../../src/tekton/pipeline-run.ts';
import { denyTaskRun } from '../integration/reconciler/admission.ts';
import { podResource } from '../support/pods.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { describeOnPods } from './environment.ts';
import { ignoresTermFor, RunWatcher } from './run-watcher.ts';
import { shellWorkflow, stepOf, tasksWorkflow, workflow } from './shell-workflow.ts';

const sidecarWorkflow = workflow([
  {
    name: 'run',
    taskSpec: { steps: [stepOf('shell', 'true')], sidecars: [stepOf('side', "trap '' TERM\nsleep 600")] },
  },
]);

/** The first attempt exceeds its timeout, which is long enough for its pod to start, and keeps running; the second succeeds immediately. */
const retriedWorkflow = workflow([
  {
    name: 'run',
    timeout: '30s',
    retries: 1,
    taskSpec: {
      steps: [stepOf('shell', `[ "$(context.task.retry-count)" = 1 ] && exit 0\n${ignoresTermFor(24)}`)],
    },
  },
]);

/** Each TaskRun can be stored, but not the status of the PipelineRun, which contains the parameter 220 times. */
const largeWorkflow = workflow(
  ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    taskSpec: {
      steps: [
        {
          ...stepOf('shell', 'true'),
          env: Array.from({ length: 55 }, (_, i) => ({ name: `LARGE_${i}`, value: '$(params.LARGE)' })),
        },
      ],
    },
  })),
  { params: [{ name: 'TARGET_RESOURCE' }, { name: 'LARGE' }] },
);

describeOnPods('an execution ends when its steps have ended', (environment) => {
  let service: ServiceProcess;
  let runs: RunWatcher;

  beforeAll(async () => {
    runs = new RunWatcher(environment());
    service = await startService(environment().controller);
  });
  afterAll(() => service.stop());

  it.concurrent('also while a sidecar of its pod is still running', async () => {
    const { client, namespace, execute, finished } = environment();
    await execute('sidecar', sidecarWorkflow);

    await expect(finished('sidecar')).resolves.toHaveProperty('status.phase', 'Completed');

    const labelSelector = `${pipelineRunLabels.workflowExecution}=sidecar`;
    const pods = await client.list(podResource, { namespace, labelSelector });
    expect(pods.items).toMatchObject([{ status: { phase: 'Running' } }]);
  });

  it.concurrent('also those of an attempt before the successful one', async () => {
    const { execute, finished } = environment();
    await execute('retried', retriedWorkflow);

    const ending = await runs.waitForMessage('retried', 'pod retried-');
    expect(ending.status?.phase).toBe('Running');

    await expect(finished('retried')).resolves.toHaveProperty('status.phase', 'Completed');
    await expect(runs.isRunning('retried')).resolves.toBe(false);
  });

  it.concurrent('also those of a pod that has lost its owner', async () => {
    const { execute, finished } = environment();
    await execute('orphan', shellWorkflow(ignoresTermFor(6)));
    const { metadata } = await runs.runningPod('orphan');
    await runs.orphanPods('orphan');
    await runs.patch('orphan', { cancelRequested: true, cancelMode: 'Immediate' });

    const ending = await runs.waitForMessage('orphan', metadata.name);
    expect(ending.status?.phase).toBe('Running');

    const { status } = await finished('orphan');
    await expect(runs.isRunning('orphan')).resolves.toBe(false);
    expect(status?.failure).toMatchObject({ reason: 'Cancelled', wasExecutionFailure: true });
  });

  it.concurrent('also when its PipelineRun was deleted by hand', async () => {
    const { client, namespace, execute, finished } = environment();
    await execute('deleted', shellWorkflow(ignoresTermFor(6)));
    await runs.runningPod('deleted');
    const { status: running } = await runs.waitForMessage('deleted', 'run running since');
    await client.delete(pipelineRunResource, { namespace, name: running?.pipelineRunRef?.name ?? '' });

    const ending = await runs.waitForMessage('deleted', '(step shell) to end.');
    expect(ending.status?.phase).toBe('Running');

    const { status } = await finished('deleted');
    await expect(runs.isRunning('deleted')).resolves.toBe(false);
    expect(status?.failure).toMatchObject({ reason: 'PipelineRunDeleted', wasExecutionFailure: true });
  });
});

/** Only the step ends when the pod is retained; the sidecar runs longer than the test may take. */
const keptWorkflow = workflow([
  {
    name: 'run',
    taskSpec: { steps: [stepOf('shell', 'sleep 600')], sidecars: [stepOf('side', "trap '' TERM\nsleep 600")] },
  },
]);

describeOnPods('an execution whose pods Tekton keeps when it is cancelled (keep-pod-on-cancel)', (environment) => {
  const keepPods = (value: 'true' | 'false') => {
    const patch = JSON.stringify({ data: { 'keep-pod-on-cancel': value } });
    return environment().kubectl('patch', 'configmap', 'feature-flags', '-n', 'tekton-pipelines', '-p', patch);
  };

  it('ends when its step has ended, while a sidecar of the retained pod still runs', async () => {
    const { client, namespace, controller, execute, finished } = environment();
    await keepPods('true');
    const service = await startService(controller);
    const runs = new RunWatcher(environment());
    await execute('kept', keptWorkflow);
    const { metadata } = await runs.runningPod('kept');
    await runs.patch('kept', { cancelRequested: true });

    const { status } = await finished('kept').finally(() => Promise.all([keepPods('false'), service.stop()]));

    expect(status?.failure).toMatchObject({ reason: 'Cancelled', wasExecutionFailure: true });
    await expect(runs.isRunning('kept')).resolves.toBe(false);
    const pod = await client.get(podResource, { namespace, name: metadata.name });
    expect(pod).toMatchObject({ status: { phase: 'Running' } });
  });
});

describeOnPods('an execution of which a TaskRun is refused', (environment) => {
  it('ends when the parallel TaskRun that Tekton had created has ended', async () => {
    const { client, namespace, controller, execute, finished } = environment();
    const policy = await denyTaskRun(client, namespace, 'refused');
    const service = await startService(controller);
    const runs = new RunWatcher(environment());
    const tasks = { begun: { steps: { s: 'sleep 600' } }, refused: { steps: { s: 'true' } } };
    await execute('parallel', tasksWorkflow(tasks));

    const { status } = await finished('parallel').finally(() => Promise.all([policy.remove(), service.stop()]));

    await expect(runs.isRunning('parallel')).resolves.toBe(false);
    expect(status?.failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: true });
    expect(status?.failure?.message).toContain('not this task');
    const taskRuns = await runs.taskRuns('parallel');
    expect(taskRuns).toMatchObject([{ status: { succeeded: { reason: 'TaskRunCancelled' } } }]);
  });
});

describeOnPods('an execution whose end Tekton cannot record', (environment) => {
  let service: ServiceProcess;

  beforeAll(async () => {
    const { kubeconfig, settings } = environment().controller;
    service = await startService({ kubeconfig, settings: { ...settings, WFE_STATUS_DEADLINE: '5s' } });
  });
  afterAll(() => service.stop());

  it('ends after the status deadline when its pod has lost its owner', async () => {
    const { execute, finished } = environment();
    const runs = new RunWatcher(environment());
    await execute('disowned', shellWorkflow('sleep 30'));
    await runs.runningPod('disowned');
    await runs.orphanPods('disowned');

    await runs.waitForMessage('disowned', 'recorded');
    const { status } = await finished('disowned');

    expect(status?.failure).toMatchObject({ wasExecutionFailure: true });
  });

  it('ends after the status deadline and reports that its steps may have run', async () => {
    const { execute, finished } = environment();
    const runs = new RunWatcher(environment());
    await execute('too-large', largeWorkflow, { parameters: { LARGE: 'x'.repeat(8_192) } });

    await runs.waitForMessage('too-large', 'recorded');
    const { status } = await finished('too-large');

    expect(status?.failure).toMatchObject({ reason: 'UnknownStatus', wasExecutionFailure: true });
    const taskRuns = await runs.taskRuns('too-large');
    expect(taskRuns.map(({ status: { succeeded } }) => succeeded?.status)).toEqual(['True', 'True', 'True', 'True']);
  });
});
