import type { KubernetesClient, ListPage } from '../../kubernetes/client.ts';
import { pipelineTaskOf, isTaskRunOf, taskRunLabels, taskRunResource, type TaskRun } from '../../tekton/task-run.ts';
import type { TaskPod } from '../../tekton/task-pod.ts';

/** Page size of lists of TaskRuns and pods; a pipeline has seldom more tasks. */
const pageSize = 100;

/** A PipelineRun, by its name. */
export interface RunKey {
  readonly namespace: string;
  readonly name: string;
}

/** A pod of a task that is not there any more, so that nobody can tell what its steps have written. */
export interface LostPod {
  readonly name: string;
  readonly task: string;
  /** When the task ended; absent when it is not known. */
  readonly completionTime?: string;
}

/** The selector of everything that Tekton made for a PipelineRun. */
export function selectorOf({ name }: RunKey): string {
  return `${taskRunLabels.pipelineRun}=${name}`;
}

/**
 * Which pods belong to a PipelineRun. Labels say it first, but anybody can give a pod a label: only those count that a
 * TaskRun controls which the PipelineRun controls, so that nobody is shown the log of another pod.
 */
export class RunPods {
  private taskRuns: readonly TaskRun[] = [];
  private readonly foreign = new Set<string>();

  constructor(
    private readonly client: Pick<KubernetesClient, 'list'>,
    private readonly run: RunKey,
  ) {}

  /** Learns which TaskRuns there are now. */
  async refresh(signal: AbortSignal): Promise<void> {
    const all: TaskRun[] = [];
    let page: ListPage<TaskRun> | undefined;
    do {
      const { namespace } = this.run;
      const query = { namespace, labelSelector: selectorOf(this.run), limit: pageSize, continue: page?.continue };
      page = await this.client.list(taskRunResource, query, { signal });
      all.push(...page.items);
    } while (page.continue !== undefined);
    this.taskRuns = all.filter((taskRun) => isTaskRunOf(taskRun, this.run.name));
  }

  /** Those of the pods that belong to the run. A pod whose TaskRun is not known yet is asked about, once. */
  async own(pods: readonly TaskPod[], signal: AbortSignal): Promise<readonly TaskPod[]> {
    const isUnknown = (pod: TaskPod) => !this.isOwn(pod) && !this.foreign.has(pod.metadata.uid);
    if (pods.some(isUnknown)) {
      await this.refresh(signal);
      for (const pod of pods.filter(isUnknown)) this.foreign.add(pod.metadata.uid);
    }
    return pods.filter((pod) => this.isOwn(pod));
  }

  /** The pods that the TaskRuns have had, and that are not among these. */
  lost(pods: readonly TaskPod[]): LostPod[] {
    const there = new Set(pods.map(({ metadata }) => metadata.name));
    return this.taskRuns.flatMap((taskRun) =>
      taskRun.status.pods
        .filter(({ name }) => !there.has(name))
        .map((pod) => ({ ...pod, task: pipelineTaskOf(taskRun) })),
    );
  }

  private isOwn({ taskRunUid }: TaskPod): boolean {
    return this.taskRuns.some(({ metadata }) => metadata.uid === taskRunUid);
  }
}
