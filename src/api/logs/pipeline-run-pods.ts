import { EventEmitter, once } from 'node:events';
import { aborted } from '../../kubernetes/async.ts';
import type { KubernetesClient, Selection } from '../../kubernetes/client.ts';
import { listAll } from '../../kubernetes/pager.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import { taskPodResource, type TaskPod } from '../../tekton/task-pod.ts';
import { isTaskRunOf, pipelineTaskOf, taskRunLabels, taskRunResource, type TaskRun } from '../../tekton/task-run.ts';

/** A PipelineRun. */
export interface RunKey {
  readonly namespace: string;
  readonly name: string;
}

/** The pods with the label of a PipelineRun. */
export interface PodList {
  list(): readonly TaskPod[];
  /** Whether the list of pods is final. */
  readonly isFinal: boolean;
  /** Resolves at the next change, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
}

/** A pod that no longer exists. */
export interface LostPod {
  readonly name: string;
  readonly task: string;
  /** When the task ended, if that is known. */
  readonly completionTime?: string;
}

/** Selects everything that Tekton has created for a PipelineRun. */
export function selectorOf({ name }: RunKey): string {
  return `${taskRunLabels.pipelineRun}=${name}`;
}

/** The pods that exist now, as a list that does not change. */
export async function listPods(
  client: Pick<KubernetesClient, 'list'>,
  run: RunKey,
  signal: AbortSignal,
): Promise<PodList> {
  const pods = await listAll(client, taskPodResource, selectionOf(run), { signal });
  return { list: () => pods, isFinal: true, changed: aborted };
}

/** The pods of a PipelineRun that is not done, kept up to date by a watch. */
export class LivePods implements PodList {
  isFinal = false;
  private readonly events = new EventEmitter().setMaxListeners(0);

  /** @param reflector of the pods that {@link selectorOf} selects */
  constructor(private readonly reflector: Reflector<TaskPod>) {
    reflector.onChange(() => this.notify());
  }

  /** Declares that no more pods will be created. The watch may lag behind, so the list is final a little later. */
  async finish(signal: AbortSignal): Promise<void> {
    await this.reflector.waitUntilFresh(signal);
    this.isFinal = true;
    this.notify();
  }

  list(): readonly TaskPod[] {
    return this.reflector.store.list();
  }

  async changed(signal: AbortSignal): Promise<void> {
    await once(this.events, 'change', { signal }).catch(() => undefined);
  }

  private notify(): void {
    this.events.emit('change');
  }
}

/**
 * Finds the pods that belong to a PipelineRun. Anybody can label a pod, so a pod counts only if it is controlled by a
 * TaskRun that the PipelineRun controls; otherwise a caller could read the logs of other pods.
 */
export class PipelineRunPods {
  private taskRuns: readonly TaskRun[] = [];
  private readonly foreign = new Set<string>();

  constructor(
    private readonly client: Pick<KubernetesClient, 'list'>,
    private readonly run: RunKey,
  ) {}

  /** Lists the TaskRuns. */
  async refresh(signal: AbortSignal): Promise<void> {
    const listed = await listAll(this.client, taskRunResource, selectionOf(this.run), { signal });
    this.taskRuns = listed.filter((taskRun) => isTaskRunOf(taskRun, this.run.name));
  }

  /** The pods that belong to the run. Lists the TaskRuns again if there is a new pod without a known one. */
  async own(pods: readonly TaskPod[], signal: AbortSignal): Promise<readonly TaskPod[]> {
    const isUnknown = (pod: TaskPod) => !this.isOwn(pod) && !this.foreign.has(pod.metadata.uid);
    if (pods.some(isUnknown)) {
      await this.refresh(signal);
      for (const pod of pods.filter(isUnknown)) this.foreign.add(pod.metadata.uid);
    }
    return pods.filter((pod) => this.isOwn(pod));
  }

  /** The pods that the TaskRuns had and that are not among these. */
  lost(pods: readonly TaskPod[]): LostPod[] {
    const existing = new Set(pods.map(({ metadata }) => metadata.name));
    return this.taskRuns.flatMap((taskRun) =>
      taskRun.status.pods
        .filter(({ name }) => !existing.has(name))
        .map((pod) => ({ ...pod, task: pipelineTaskOf(taskRun) })),
    );
  }

  private isOwn({ taskRunUid }: TaskPod): boolean {
    return this.taskRuns.some(({ metadata }) => metadata.uid === taskRunUid);
  }
}

function selectionOf(run: RunKey): Selection {
  return { namespace: run.namespace, labelSelector: selectorOf(run) };
}
