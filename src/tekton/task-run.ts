import { arrayOf, recordOf, stringOf } from '../kubernetes/json.ts';
import { controllerOf, type KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import {
  isPipelineRunReference,
  parseMetadata,
  parseSucceeded,
  timeOf,
  type SucceededCondition,
} from './tekton-object.ts';

/** State of a step, one container of the task's pod. */
export interface StepState {
  readonly name: string;
  readonly started: boolean;
  /** Reason of the container runtime (`OOMKilled`, `Error`); absent until it has ended. */
  readonly terminatedReason?: string;
  /** Its exit code; absent if Tekton ended it. */
  readonly exitCode?: number;
  /** Reason of Tekton: `Continued` if its failure was ignored, `Skipped` if an earlier step failed. */
  readonly terminationReason?: string;
}

/** A pod of one attempt of a TaskRun. */
export interface TaskRunPod {
  readonly name: string;
  /** When the attempt ended; absent while it runs. */
  readonly completionTime?: string;
}

/** A Tekton TaskRun, reduced to the fields that are used. */
export interface TaskRun extends KubernetesObject {
  readonly spec: {
    /** The requested status, such as `TaskRunCancelled`. */
    readonly status?: string;
  };
  readonly status: {
    readonly succeeded?: SucceededCondition;
    readonly completionTime?: string;
    readonly steps: readonly StepState[];
    readonly earlierSteps: readonly StepState[];
    /** The pods of all attempts, oldest first. They may no longer exist. */
    readonly pods: readonly TaskRunPod[];
  };
}

/** Labels that Tekton sets on TaskRuns and their pods. */
export const taskRunLabels = {
  /** On pods: the name of the TaskRun. */
  taskRun: 'tekton.dev/taskRun',
  pipelineRun: 'tekton.dev/pipelineRun',
  pipelineRunUid: 'tekton.dev/pipelineRunUID',
  pipelineTask: 'tekton.dev/pipelineTask',
} as const;

export const taskRunResource = {
  group: 'tekton.dev',
  version: 'v1',
  plural: 'taskruns',
  kind: 'TaskRun',
  namespaced: true,
  parse: parseTaskRun,
} as const satisfies ResourceType<TaskRun>;

/**
 * Parses a TaskRun; invalid status fields count as absent.
 *
 * @throws InvalidObjectError without a name, UID or resource version
 */
export function parseTaskRun(raw: unknown): TaskRun {
  const { spec, status } = recordOf(raw);
  const { completionTime, retriesStatus } = recordOf(status);
  return {
    apiVersion: `${taskRunResource.group}/${taskRunResource.version}`,
    kind: taskRunResource.kind,
    metadata: parseMetadata(raw, taskRunResource.kind),
    spec: { status: stringOf(recordOf(spec)['status']) },
    status: {
      succeeded: parseSucceeded(status),
      completionTime: timeOf(completionTime),
      steps: stepsOf(status),
      earlierSteps: arrayOf(retriesStatus).flatMap(stepsOf),
      pods: [...arrayOf(retriesStatus), status].flatMap(podOf),
    },
  };
}

/** The `spec.status` that cancels a TaskRun: Tekton deletes its pod. */
export const taskRunCancelled = 'TaskRunCancelled';

/** Whether a TaskRun or CustomRun has finished. */
export function isFinished({ status }: { readonly status: Pick<TaskRun['status'], 'succeeded'> }): boolean {
  return status.succeeded?.status === 'True' || status.succeeded?.status === 'False';
}

/** Whether the PipelineRun with this name controls a TaskRun. */
export function isTaskRunOf(taskRun: TaskRun, pipelineRun: string): boolean {
  const controller = controllerOf(taskRun);
  return controller !== undefined && isPipelineRunReference(controller) && controller.name === pipelineRun;
}

/** Name of the TaskRun's task in the pipeline. */
export function pipelineTaskOf({ metadata }: TaskRun): string {
  return metadata.labels?.[taskRunLabels.pipelineTask] ?? metadata.name;
}

function podOf(status: unknown): TaskRunPod[] {
  const { podName, completionTime } = recordOf(status);
  return isGiven(podName) ? [{ name: podName, completionTime: timeOf(completionTime) }] : [];
}

function stepsOf(status: unknown): StepState[] {
  return arrayOf(recordOf(status)['steps']).map(parseStep);
}

/**
 * Tekton sets `terminated.startedAt` even for a step whose image could not be pulled. A started container has an image ID. One
 * that ended by itself has a container ID too; without it, the exit code is Tekton's, set when it ended the pod.
 */
function parseStep(raw: unknown): StepState {
  const step = recordOf(raw);
  const terminated = recordOf(step['terminated']);
  const ended = isGiven(terminated['containerID']);
  return {
    name: stringOf(step['name']) ?? '',
    started: ended || isGiven(step['imageID']),
    terminatedReason: stringOf(terminated['reason']),
    exitCode: ended ? exitCodeOf(terminated['exitCode']) : undefined,
    terminationReason: stringOf(step['terminationReason']),
  };
}

function isGiven(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function exitCodeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : undefined;
}
