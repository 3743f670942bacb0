import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { isTerminal, phaseOf } from '../../src/workflow-execution/phase.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../src/workflow-execution/generated/workflow-execution.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { pipelineRunResource } from '../../src/tekton/pipeline-run.ts';
import { startService } from '../support/service.ts';
import type { ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { publishSampleWorkflow, publishWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';
import { podResource } from '../support/pods.ts';
import { shellWorkflow } from './shell-workflow.ts';

describeOnPods('the service, with real containers', (environment) => {
  let service: ServiceProcess;

  const start = () =>
    startService({
      kubeconfig: environment().serviceKubeconfig,
      settings: environment().settings,
    });

  beforeAll(async () => (service = await start()));
  afterAll(() => service.stop());

  it('runs a workflow from its bundle, and the container prints the message that it was given', async () => {
    const containerImage = await publishSampleWorkflow(environment().publisher);
    await create('e2e-test-wfe', { containerImage, parameters: { MESSAGE: 'Hello from E2E test' } });

    const execution = await finished('e2e-test-wfe');

    expect(execution.status).toMatchObject({ phase: 'Completed', outcome: 'Success', observedGeneration: 1 });
    const run = execution.status?.pipelineRunRef?.name ?? '';
    const { status } = await environment().client.get(pipelineRunResource, {
      namespace: environment().namespace,
      name: run,
    });
    expect(execution.status?.startTime).toBe(status.startTime);
    expect(execution.status?.completionTime).toBe(status.completionTime);
    await expect(output(run)).resolves.toBe(
      `Remediating ${environment().namespace}/deployment/e2e-test-wfe\nHello from E2E test\n`,
    );
  });

  it('tells that a workflow failed, with the task, the step and its exit code', async () => {
    const containerImage = await publishWorkflow(environment().publisher, 'failing:v1', shellWorkflow('exit 3'));
    await create('failing', { containerImage });

    const execution = await finished('failing');

    expect(execution.status).toMatchObject({
      phase: 'Failed',
      outcome: 'Failed',
      failure: {
        reason: 'TaskFailed',
        wasExecutionFailure: true,
        failedTask: { name: 'run', stepName: 'shell', exitCode: 3 },
      },
    });
  });

  it('takes the PipelineRun and its pods along when an execution is deleted', async () => {
    const { client, namespace } = environment();
    const containerImage = await publishWorkflow(environment().publisher, 'sleeping:v1', shellWorkflow('sleep 600'));
    const { metadata } = await create('deleted', { containerImage });
    const ours = { namespace, labelSelector: 'kubernaut.ai/workflow-execution=deleted' };
    await waitFor(client, podResource, ours, 'its pod runs', (pods) =>
      pods.some(({ status }) => status.phase === 'Running'),
    );

    await client.delete(workflowExecutionResource, metadata);

    await waitFor(client, pipelineRunResource, ours, 'its PipelineRun is gone', (runs) => runs.length === 0);
    await waitFor(client, podResource, ours, 'its pod is gone', (pods) => pods.length === 0);
    await waitFor(
      client,
      workflowExecutionResource,
      { namespace, name: 'deleted' },
      'it is gone',
      (all) => all.length === 0,
    );
  });

  it('goes on after it was killed while a workflow ran, and runs nothing twice', async () => {
    const { client, namespace, publisher } = environment();
    const containerImage = await publishWorkflow(publisher, 'brief:v1', shellWorkflow('sleep 3'));
    await create('survivor', { containerImage });
    const ours = { namespace, labelSelector: 'kubernaut.ai/workflow-execution=survivor' };
    await waitFor(client, pipelineRunResource, ours, 'its PipelineRun exists', (runs) => runs.length === 1);

    await service.stop('SIGKILL');
    await waitFor(
      client,
      pipelineRunResource,
      ours,
      'its PipelineRun ended',
      ([run]) => run?.status.completionTime !== undefined,
    );
    service = await start();

    await expect(finished('survivor')).resolves.toHaveProperty('status.phase', 'Completed');
    const runs = await client.list(pipelineRunResource, ours);
    expect(runs.items).toHaveLength(1);
  });

  async function create(
    name: string,
    { containerImage, parameters }: { containerImage: string; parameters?: WorkflowExecutionSpec['parameters'] },
  ): Promise<WorkflowExecution> {
    const { client, namespace } = environment();
    const workflowRef = { ...aSpec().workflowRef, containerImage };
    return client.create(workflowExecutionResource, {
      apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
      kind: 'WorkflowExecution',
      metadata: { namespace, name },
      spec: aSpec({ workflowRef, parameters, targetResource: `${namespace}/deployment/${name}` }),
    });
  }

  async function finished(name: string): Promise<WorkflowExecution> {
    const { client, namespace } = environment();
    const ended = (execution: WorkflowExecution) => isTerminal(phaseOf(execution));
    const watched = { namespace, name };
    const [execution] = await waitFor(client, workflowExecutionResource, watched, `${name} ended`, (all) =>
      all.some(ended),
    );
    if (execution === undefined) throw new Error(`${name} is not there`);
    return execution;
  }

  function output(run: string): Promise<string> {
    const { kubectl, namespace } = environment();
    return kubectl('logs', '-n', namespace, '-l', `tekton.dev/pipelineRun=${run}`, '-c', 'step-report', '--tail=-1');
  }
});
