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

/** What became of one step, that is, one container of the task's pod. */
export interface StepState {
  readonly name: string;
  /** Whether its container was really started. */
  readonly started: boolean;
  /** Why it ended, in the container runtime's word (`OOMKilled`, `Error`); absent while it has not ended. */
  readonly terminatedReason?: string;
  /** Its own exit code; absent when it did not end by itself. */
  readonly exitCode?: number;
  /** Tekton's word for how it ended: `Continued` when its failure was to be ignored, `Skipped` when its turn never came. */
  readonly terminationReason?: string;
}

/** A pod that a TaskRun had for one of its tries. */
export interface TaskRunPod {
  readonly name: string;
  /** When the try ended; absent while it runs. */
  readonly completionTime?: string;
}

/** A Tekton TaskRun, only what is read of it. */
export interface TaskRun extends KubernetesObject {
  readonly spec: {
    /** What was asked of it, such as `TaskRunCancelled`. */
    readonly status?: string;
  };
  readonly status: {
    readonly succeeded?: SucceededCondition;
    readonly completionTime?: string;
    readonly steps: readonly StepState[];
    /** The steps of earlier tries of the same task. */
    readonly earlierSteps: readonly StepState[];
    /** The pods of all tries, the earliest first. They may be gone. */
    readonly pods: readonly TaskRunPod[];
  };
}

/** The labels that Tekton gives to the TaskRuns of a PipelineRun, and to their pods. */
export const taskRunLabels = {
  /** Of pods: the name of their TaskRun. */
  taskRun: 'tekton.dev/taskRun',
  pipelineRun: 'tekton.dev/pipelineRun',
  pipelineRunUid: 'tekton.dev/pipelineRunUID',
  pipelineTask: 'tekton.dev/pipelineTask',
} as const;

/** The resource as the API server knows it, with a parser that keeps what is read and drops everything else. */
export const taskRunResource = {
  group: 'tekton.dev',
  version: 'v1',
  plural: 'taskruns',
  kind: 'TaskRun',
  namespaced: true,
  parse: parseTaskRun,
} as const satisfies ResourceType<TaskRun>;

/**
 * A TaskRun from JSON that came from outside; status fields that make no sense count as not there.
 *
 * @throws InvalidObjectError when it has no name, UID or resource version
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

/** What `spec.status` of a TaskRun asks Tekton for: to end it, by deleting its pod. */
export const taskRunCancelled = 'TaskRunCancelled';

/** Whether the end of a TaskRun or CustomRun is recorded. */
export function isFinished({ status }: { readonly status: Pick<TaskRun['status'], 'succeeded'> }): boolean {
  return status.succeeded?.status === 'True' || status.succeeded?.status === 'False';
}

/** Whether Tekton made a TaskRun for the PipelineRun of this name. */
export function isTaskRunOf(taskRun: TaskRun, pipelineRun: string): boolean {
  const controller = controllerOf(taskRun);
  return controller !== undefined && isPipelineRunReference(controller) && controller.name === pipelineRun;
}

/** Name of the task in its pipeline that a TaskRun was made for. */
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
 * `terminated.startedAt` says nothing: Tekton fills it in also for a step whose image could not be pulled. A container
 * that was started has an image ID. One that ended by itself has a container ID too; without it, the exit code is not
 * the step's own but Tekton's, given when it ended the pod.
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
