import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { publishWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';
import { ignoresTermFor, RunWatcher } from './run-watcher.ts';
import { shellWorkflow, stepOf, workflow } from './shell-workflow.ts';

/** Tekton creates the TaskRun with the default of the parameter, and then finds that the Pipeline is not valid. */
const revalidatedWorkflow = workflow(
  [
    {
      name: 'run',
      params: [{ name: 'MESSAGE', value: '$(params.MESSAGE)' }],
      taskSpec: { params: [{ name: 'MESSAGE' }], steps: [stepOf('shell', 'sleep 600')] },
    },
  ],
  { params: [{ name: 'TARGET_RESOURCE' }, { name: 'MESSAGE', default: 'restarted at $(date)' }] },
);

const hangingWorkflow = workflow([{ name: 'run', taskSpec: { steps: [stepOf('shell', 'sleep 600')] } }], {
  finally: [{ name: 'clean-up', taskSpec: { steps: [stepOf('shell', 'sleep 600')] } }],
});

describeOnPods('an execution ends when nothing of its run is running', (environment) => {
  let service: ServiceProcess;
  let runs: RunWatcher;

  beforeAll(async () => {
    runs = new RunWatcher(environment());
    service = await startService(environment().controller);
  });
  afterAll(() => service.stop());

  it.concurrent('also when Tekton fails the PipelineRun and leaves its TaskRun running', async () => {
    const { execute, finished } = environment();
    await execute('revalidated', revalidatedWorkflow);

    const { status } = await finished('revalidated');

    await expect(runs.isRunning('revalidated')).resolves.toBe(false);
    expect(status?.failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: true });
    expect(status?.failure?.message).toContain('invalid variable reference');
    const [taskRun] = await runs.taskRuns('revalidated');
    expect(taskRun).toMatchObject({ status: { succeeded: { reason: 'TaskRunCancelled' } } });
  });

  it.concurrent('after a cancelled step has ended, and then its target is free immediately', async () => {
    const { namespace, publisher, create, execute, finished } = environment();
    const target = { targetResource: `${namespace}/deployment/stubborn` };
    const next = await publishWorkflow(publisher, 'next:v1', shellWorkflow('true'));
    const nextSpec = { ...target, workflowRef: { ...aSpec().workflowRef, workflowId: 'next', containerImage: next } };
    await execute('stubborn', shellWorkflow(ignoresTermFor(6)), target);
    const { metadata } = await runs.runningPod('stubborn');
    await runs.patch('stubborn', { cancelRequested: true });

    const ending = await runs.waitForMessage('stubborn', metadata.name);
    expect(ending.status?.phase).toBe('Running');
    await create('too-early', next, nextSpec);
    await expect(finished('too-early')).resolves.toHaveProperty('status.skip.reason', 'ResourceBusy');

    const { status } = await finished('stubborn');
    await create('next', next, nextSpec);
    await expect(runs.isRunning('stubborn')).resolves.toBe(false);
    expect(status?.failure).toMatchObject({ reason: 'Cancelled', wasExecutionFailure: true });
    await expect(finished('next')).resolves.toHaveProperty('status.phase', 'Completed');
  });

  it.concurrent('without delay when it is cancelled immediately while a finally task hangs', async () => {
    const { execute, finished } = environment();
    await execute('hanging', hangingWorkflow);
    await runs.runningPod('hanging');
    await runs.patch('hanging', { cancelRequested: true });
    await runs.runningPod('hanging', 'clean-up');

    await runs.patch('hanging', { cancelMode: 'Immediate' });

    const { status } = await finished('hanging');
    await expect(runs.isRunning('hanging')).resolves.toBe(false);
    expect(status?.failure).toMatchObject({ reason: 'Cancelled', wasExecutionFailure: true });
    expect(status?.failure?.message).toContain('finally');
  });
});
