import { Injectable } from '@nestjs/common';
import { KubernetesClient, type Selection } from '../../kubernetes/client.ts';
import { ConflictError, InvalidError, NotFoundError } from '../../kubernetes/errors.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { listAll } from '../../kubernetes/pager.ts';
import type { ResourceType } from '../../kubernetes/resource-type.ts';
import { customRunCancelled, customRunResource, type CustomRun } from '../../tekton/custom-run.ts';
import {
  belongsToRun,
  hasLiveSteps,
  isPodOfRun,
  type RunIdentity,
  type TaskExecution,
} from '../../tekton/run-activity.ts';
import { taskPodResource, type TaskPod } from '../../tekton/task-pod.ts';
import { taskRunCancelled, taskRunLabels, taskRunResource, type TaskRun } from '../../tekton/task-run.ts';

/**
 * Selects the pods that may still run a step. Tekton's pods are never restarted, which excludes most others; unlike labels,
 * neither field can be changed.
 */
const unfinishedPods = 'spec.restartPolicy=Never,status.phase!=Succeeded,status.phase!=Failed';

/** Reads the TaskRuns, CustomRuns and pods of PipelineRuns from the API server, and cancels TaskRuns and CustomRuns. */
@Injectable()
export class TaskRuns {
  constructor(private readonly client: KubernetesClient) {}

  /**
   * The TaskRuns of a run, also if the PipelineRun is gone.
   *
   * @param known names that Tekton has recorded: these are found even if their labels were removed
   */
  list(run: RunIdentity, known: readonly string[], signal: AbortSignal): Promise<TaskRun[]> {
    return this.ofRun(taskRunResource, run, known, signal);
  }

  /** The CustomRuns of a run, found in the same way. */
  customRuns(run: RunIdentity, known: readonly string[], signal: AbortSignal): Promise<CustomRun[]> {
    return this.ofRun(customRunResource, run, known, signal);
  }

  /** Asks Tekton to cancel a TaskRun or CustomRun; does nothing if it has ended or is gone. */
  async cancel({ kind, metadata }: TaskExecution, signal: AbortSignal): Promise<void> {
    const resource: ResourceType<TaskExecution> = kind === customRunResource.kind ? customRunResource : taskRunResource;
    const patch = { metadata: { uid: metadata.uid }, spec: { status: cancellationFor(kind) } };
    try {
      await this.client.patch(resource, metadata, patch, { signal });
    } catch (error) {
      // Tekton rejects changes to a TaskRun that has ended.
      const isOver = error instanceof InvalidError || error instanceof NotFoundError || error instanceof ConflictError;
      if (!isOver) throw error;
    }
  }

  /** Pods of any run in a namespace with a step that runs or may still start. */
  async livePods(namespace: string, signal: AbortSignal): Promise<TaskPod[]> {
    const pods = await this.all(taskPodResource, namespace, { fieldSelector: unfinishedPods }, signal);
    return pods.filter(hasLiveSteps);
  }

  /** The pods of a run that still exist, including those that have ended. */
  async pods(run: RunIdentity, taskRuns: readonly TaskRun[], signal: AbortSignal): Promise<TaskPod[]> {
    const labelled = await this.all(taskPodResource, run.namespace, selectorOf(run), signal);
    return labelled.filter((pod) => isPodOfRun(pod, run, taskRuns));
  }

  private async ofRun<T extends TaskExecution>(
    resource: ResourceType<T>,
    run: RunIdentity,
    known: readonly string[],
    signal: AbortSignal,
  ): Promise<T[]> {
    const labelled = await this.all(resource, run.namespace, selectorOf(run), signal);
    const missing = known.filter((name) => !labelled.some(({ metadata }) => metadata.name === name));
    const named = await Promise.all(
      missing.map((name) => this.all(resource, run.namespace, { fieldSelector: `metadata.name=${name}` }, signal)),
    );
    return [...labelled, ...named.flat()].filter((child) => belongsToRun(child, run));
  }

  private all<T extends KubernetesObject>(
    resource: ResourceType<T>,
    namespace: string,
    selection: Selection,
    signal: AbortSignal,
  ): Promise<T[]> {
    return listAll(this.client, resource, { ...selection, namespace }, { signal });
  }
}

/** Whether Tekton was asked to cancel a TaskRun or CustomRun. */
export function isCancelRequested({ kind, spec }: TaskExecution): boolean {
  return spec.status === cancellationFor(kind);
}

function cancellationFor(kind: string): string {
  return kind === customRunResource.kind ? customRunCancelled : taskRunCancelled;
}

function selectorOf({ name }: RunIdentity): Selection {
  return { labelSelector: `${taskRunLabels.pipelineRun}=${name}` };
}
