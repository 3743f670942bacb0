import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pipelineRunResource } from '../../src/tekton/pipeline-run.ts';
import { hasLiveSteps } from '../../src/tekton/run-activity.ts';
import { stepPodResource, type StepPod } from '../../src/tekton/step-pod.ts';
import { isFinished, taskRunResource } from '../../src/tekton/task-run.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../src/workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../src/workflow-execution/phase.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { podResource } from '../support/pods.ts';
import { publishWorkflow } from '../support/workflows.ts';
import { describeOnPods, type Environment } from './environment.ts';
import { shellWorkflow, stepOf, workflow } from './shell-workflow.ts';

/** Ignores SIGTERM, which the kubelet sends, and ends by itself some seconds after it was sent. */
const ignoresTerm = `trap 'stopped=yes' TERM
for i in $(seq 300); do sleep 1; [ "$stopped" ] && sleep 6 && exit 0; done`;

describeOnPods('an execution ends when nothing of its run goes on', (environment) => {
  let service: ServiceProcess;
  let executions: Executions;

  beforeAll(async () => {
    const { serviceKubeconfig, settings } = environment();
    executions = new Executions(environment());
    service = await startService({ kubeconfig: serviceKubeconfig, settings });
  });
  afterAll(() => service.stop());

  it.concurrent('also when Tekton fails the PipelineRun and goes on with its TaskRun', async () => {
    await executions.create('revalidated', revalidatedWorkflow);

    const { status } = await executions.ended('revalidated');

    expect(status?.failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: true });
    expect(status?.message).toContain('invalid variable reference');
    const [taskRun] = await executions.taskRuns('revalidated');
    expect(taskRun).toMatchObject({ status: { succeeded: { reason: 'TaskRunCancelled' } } });
    await expect(executions.goesOn('revalidated')).resolves.toBe(false);
  });

  it.concurrent('after a cancelled step has ended, and then its target is free at once', async () => {
    const target = { targetResource: 'payment/deployment/stubborn' };
    await executions.create('stubborn', shellWorkflow(ignoresTerm), target);
    const pod = await executions.runningPod('stubborn');
    await executions.patch('stubborn', { cancelRequested: true });

    const waitsFor = `Waiting for pod ${pod.metadata.name} (step shell) to end.`;
    const ending = await executions.until('stubborn', 'waits', ({ status }) => status?.message?.includes(waitsFor));
    expect(phaseOf(ending)).toBe('Running');
    const { status } = await executions.ended('stubborn');
    await executions.create('next', shellWorkflow('true'), { ...target, workflowId: 'another' });

    expect(status?.failure).toMatchObject({ reason: 'Cancelled', wasExecutionFailure: true });
    await expect(executions.goesOn('stubborn')).resolves.toBe(false);
    await expect(executions.ended('next')).resolves.toHaveProperty('status.phase', 'Completed');
  });

  it.concurrent('also while a sidecar of its pod is still running', async () => {
    await executions.create('sidecar', sidecarWorkflow);

    await expect(executions.ended('sidecar')).resolves.toHaveProperty('status.phase', 'Completed');

    const { client, namespace } = environment();
    const pods = await client.list(podResource, { namespace, labelSelector: selectorOf('sidecar') });
    expect(pods.items).toMatchObject([{ status: { phase: 'Running' } }]);
  });

  it.concurrent('also when its PipelineRun was deleted by hand', async () => {
    await executions.create('deleted', shellWorkflow(ignoresTerm));
    await executions.runningPod('deleted');
    const { status: running } = await executions.until('deleted', 'runs', ({ status }) => status?.pipelineRunRef);
    const { client, namespace } = environment();
    await client.delete(pipelineRunResource, { namespace, name: running?.pipelineRunRef?.name ?? '' });

    await executions.until('deleted', 'waits', ({ status }) => status?.message?.includes('(step shell) to end.'));
    const { status } = await executions.ended('deleted');

    expect(status?.failure).toMatchObject({ reason: 'PipelineRunDeleted', wasExecutionFailure: true });
    await expect(executions.goesOn('deleted')).resolves.toBe(false);
  });

  it.concurrent('at once when it is cancelled immediately while a finally task hangs', async () => {
    await executions.create('hanging', hangingWorkflow);
    await executions.runningPod('hanging', 'run');
    await executions.patch('hanging', { cancelRequested: true });
    await executions.runningPod('hanging', 'clean-up');

    await executions.patch('hanging', { cancelMode: 'Immediate' });

    const { status } = await executions.ended('hanging');
    expect(status?.failure).toMatchObject({ reason: 'Cancelled', wasExecutionFailure: true });
    expect(status?.message).toContain('finally tasks were not run to their end');
    await expect(executions.goesOn('hanging')).resolves.toBe(false);
  });
});

describeOnPods('an execution whose end Tekton cannot record', (environment) => {
  let service: ServiceProcess;
  let executions: Executions;

  beforeAll(async () => {
    const { serviceKubeconfig, settings } = environment();
    executions = new Executions(environment());
    service = await startService({
      kubeconfig: serviceKubeconfig,
      settings: { ...settings, WFE_STATUS_DEADLINE: '5s' },
    });
  });
  afterAll(() => service.stop());

  it('is given up after the status deadline, and says that its steps have run', async () => {
    await executions.create('too-large', largeWorkflow, { parameters: { LARGE: 'x'.repeat(8_192) } });

    const recorded = ({ status }: WorkflowExecution) => status?.message?.includes('Tekton has not recorded it');
    await executions.until('too-large', 'is given up', recorded);
    const { status } = await executions.ended('too-large');

    expect(status?.failure).toMatchObject({ reason: 'UnknownStatus', wasExecutionFailure: true });
    const taskRuns = await executions.taskRuns('too-large');
    expect(taskRuns.map(({ status: { succeeded } }) => succeeded?.status)).toEqual(['True', 'True', 'True', 'True']);
  });
});

/** The executions of a group of tests. */
class Executions {
  constructor(private readonly environment: Environment) {}

  async create(name: string, yaml: string, over: Partial<WorkflowExecutionSpec> & { workflowId?: string } = {}) {
    const { client, namespace, publisher } = this.environment;
    const { workflowId = name, ...spec } = over;
    const containerImage = await publishWorkflow(publisher, `${namespace}-${name}:v1`, yaml);
    await client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace, name },
      spec: aSpec({
        workflowRef: { ...aSpec().workflowRef, workflowId, containerImage },
        targetResource: `payment/deployment/${name}`,
        ...spec,
      }),
    });
  }

  async patch(name: string, spec: Partial<WorkflowExecutionSpec>): Promise<void> {
    const { client, namespace } = this.environment;
    await client.patch(workflowExecutionResource, { namespace, name }, { spec });
  }

  ended(name: string): Promise<WorkflowExecution> {
    return this.until(name, 'has ended', (execution) => isTerminal(phaseOf(execution)));
  }

  async until(
    name: string,
    what: string,
    holds: (execution: WorkflowExecution) => unknown,
  ): Promise<WorkflowExecution> {
    const { client, namespace } = this.environment;
    const watched = { namespace, name };
    const [found] = await waitFor(client, workflowExecutionResource, watched, `${name} ${what}`, (all) =>
      all.some((execution) => Boolean(holds(execution))),
    );
    if (found === undefined) throw new Error(`${name} is not there`);
    return found;
  }

  /** Waits until a step of an execution runs; returns its pod. */
  async runningPod(name: string, task?: string): Promise<StepPod> {
    const { client, namespace } = this.environment;
    const isRunning = (pod: StepPod) =>
      (task === undefined || pod.task === task) && pod.steps.some(({ state }) => state === 'running');
    const watched = { namespace, labelSelector: selectorOf(name) };
    const pods = await waitFor(client, stepPodResource, watched, `${name} runs a step`, (all) => all.some(isRunning));
    const pod = pods.find(isRunning);
    if (pod === undefined) throw new Error(`${name} has no pod`);
    return pod;
  }

  async pods(name: string): Promise<StepPod[]> {
    const { client, namespace } = this.environment;
    return (await client.list(stepPodResource, { namespace, labelSelector: selectorOf(name) })).items;
  }

  async taskRuns(name: string) {
    const { client, namespace } = this.environment;
    return (await client.list(taskRunResource, { namespace, labelSelector: selectorOf(name) })).items;
  }

  /** Whether a TaskRun of an execution is unfinished or a step of it may run. */
  async goesOn(name: string): Promise<boolean> {
    const [taskRuns, pods] = await Promise.all([this.taskRuns(name), this.pods(name)]);
    return !taskRuns.every(isFinished) || pods.some(hasLiveSteps);
  }
}

function selectorOf(name: string): string {
  return `kubernaut.ai/workflow-execution=${name}`;
}

/** Tekton creates the TaskRun with the default of the parameter, and then does not find the Pipeline valid any more. */
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

const sidecarWorkflow = workflow([
  {
    name: 'run',
    taskSpec: { steps: [stepOf('shell', 'true')], sidecars: [stepOf('side', "trap '' TERM\nsleep 600")] },
  },
]);

const hangingWorkflow = workflow([{ name: 'run', taskSpec: { steps: [stepOf('shell', 'sleep 600')] } }], {
  finally: [{ name: 'clean-up', taskSpec: { steps: [stepOf('shell', 'sleep 600')] } }],
});

/** Each TaskRun can be stored, but not the status of the PipelineRun, in which the parameter stands 220 times. */
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
