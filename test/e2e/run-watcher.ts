import { pipelineRunLabels } from '../../src/tekton/build-pipeline-run.ts';
import { hasLiveSteps } from '../../src/tekton/run-activity.ts';
import { taskPodResource, type TaskPod } from '../../src/tekton/task-pod.ts';
import { isFinished, taskRunResource, type TaskRun } from '../../src/tekton/task-run.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../src/workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Environment } from './environment.ts';

/** A script that ignores the kubelet's SIGTERM and ends after this many seconds. */
export function ignoresTermFor(seconds: number): string {
  return `trap 'stopped=yes' TERM
for i in $(seq 300); do sleep 1; [ "$stopped" ] && sleep ${seconds} && exit 0; done`;
}

/** Watches the TaskRuns and pods of the executions of an environment. */
export class RunWatcher {
  constructor(private readonly environment: Pick<Environment, 'client' | 'namespace'>) {}

  /** Changes the spec of an execution. */
  async patch(name: string, spec: Partial<WorkflowExecutionSpec>): Promise<void> {
    const { client, namespace } = this.environment;
    await client.patch(workflowExecutionResource, { namespace, name }, { spec });
  }

  /** Waits until the message of an execution contains a text. */
  async waitForMessage(name: string, text: string): Promise<WorkflowExecution> {
    const { client, namespace } = this.environment;
    const matching = ([execution]: readonly WorkflowExecution[]) => execution?.status?.message?.includes(text) ?? false;
    const watched = { namespace, name };
    const [found] = await waitFor(client, workflowExecutionResource, watched, `${name} says "${text}"`, matching);
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  }

  /** Waits until a step of a task runs; returns its pod. */
  async runningPod(name: string, task = 'run'): Promise<TaskPod> {
    const { client, namespace } = this.environment;
    const isRunning = (pod: TaskPod) => pod.task === task && pod.steps.some(({ state }) => state === 'running');
    const watched = { namespace, labelSelector: selectorOf(name) };
    const pods = await waitFor(client, taskPodResource, watched, `${name} runs a step`, (all) => all.some(isRunning));
    const pod = pods.find(isRunning);
    if (pod === undefined) throw new Error(`${name} has no pod`);
    return pod;
  }

  async taskRuns(name: string): Promise<TaskRun[]> {
    const { client, namespace } = this.environment;
    return (await client.list(taskRunResource, { namespace, labelSelector: selectorOf(name) })).items;
  }

  /** Deletes the TaskRuns of an execution and leaves their pods, without an owner; Tekton creates the TaskRuns again. */
  async orphanPods(name: string): Promise<void> {
    const { client, namespace } = this.environment;
    for (const { metadata } of await this.taskRuns(name)) {
      await client.delete(taskRunResource, metadata, { propagationPolicy: 'Orphan' });
    }
    const watched = { namespace, labelSelector: selectorOf(name) };
    const areOrphans = (pods: readonly TaskPod[]) => pods.every(({ taskRunUid }) => taskRunUid === undefined);
    await waitFor(client, taskPodResource, watched, `the pods of ${name} have no owner`, areOrphans);
  }

  /** Whether a TaskRun of an execution is unfinished, or a step of it runs or may start. */
  async isRunning(name: string): Promise<boolean> {
    const { client, namespace } = this.environment;
    const pods = await client.list(taskPodResource, { namespace, labelSelector: selectorOf(name) });
    return !(await this.taskRuns(name)).every(isFinished) || pods.items.some(hasLiveSteps);
  }
}

function selectorOf(name: string): string {
  return `${pipelineRunLabels.workflowExecution}=${name}`;
}
