import type { FailedTask } from '../workflow-execution/generated/workflow-execution.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { pipelineTaskOf, type StepState, type TaskRun } from './task-run.ts';

/** The task that a PipelineRun failed for. */
export interface FailedTaskRun {
  readonly taskRun: TaskRun;
  /** The step that failed, where a step did. */
  readonly step?: StepState;
  readonly failedTask: FailedTask;
  /** Whether it never got the resources to run, also when a later time-out hides that. */
  readonly lackedResources: boolean;
  /** Whether it was cancelled, and so did not fail by itself. */
  readonly isCancelled: boolean;
  /** Whether Tekton started it again after it had failed, see {@link wasRestarted}. */
  readonly isRestarted: boolean;
}

/**
 * The task that failed first. Tasks whose failure the pipeline ignores do not count; tasks that were cancelled because
 * of another one count only when nothing else failed.
 */
export function findFailedTaskRun(pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]): FailedTaskRun | undefined {
  const { status } = pipelineRun;
  const order = new Map(status.childReferences.map(({ name }, index) => [name, index]));
  const position = (run: TaskRun): number => order.get(run.metadata.name) ?? order.size;
  const failed = taskRuns
    .filter(({ status: { succeeded } }) => succeeded?.status === 'False' && succeeded.reason !== 'FailureIgnored')
    .sort((a, b) => rank(a) - rank(b) || endOf(a) - endOf(b) || position(a) - position(b));
  const [first] = failed;
  return first === undefined ? undefined : describe(first, pipelineRun);
}

function rank({ status }: TaskRun): 0 | 1 {
  return isCancelled(status) ? 1 : 0;
}

function isCancelled({ succeeded }: TaskRun['status']): boolean {
  return succeeded?.reason === 'TaskRunCancelled';
}

function endOf({ status }: TaskRun): number {
  return status.completionTime === undefined ? Infinity : Date.parse(status.completionTime);
}

function describe(taskRun: TaskRun, pipelineRun: PipelineRun): FailedTaskRun {
  const step = failedStepOf(taskRun);
  return {
    taskRun,
    step,
    failedTask: {
      name: pipelineTaskOf(taskRun).slice(0, 253),
      ...(step === undefined ? {} : { stepName: step.name.slice(0, 253), exitCode: step.exitCode }),
    },
    lackedResources: lackedResources(taskRun),
    isCancelled: isCancelled(taskRun.status),
    isRestarted: wasRestarted(taskRun, pipelineRun),
  };
}

/**
 * Whether a task was started again after it had failed, and then cancelled. When the pod of a task that has just failed is
 * deleted, Tekton may create it anew and overwrite the failure (`updateStatus` of its TaskRun reconciler takes the latest
 * version on a conflict). A PipelineRun ends as `Failed` for a task that failed, and as `Cancelled` for one that was cancelled.
 */
function wasRestarted({ status }: TaskRun, pipelineRun: PipelineRun): boolean {
  const { succeeded, completionTime } = pipelineRun.status;
  if (!isCancelled(status) || succeeded?.reason !== 'Failed') return false;
  return Date.parse(status.completionTime ?? '') >= Date.parse(completionTime ?? '');
}

/** The first step that ended by itself with another code than 0. Those after it did not get their turn. */
export function failedStepOf({ status }: TaskRun): StepState | undefined {
  return status.succeeded?.status === 'False' ? status.steps.find(hasFailed) : undefined;
}

function hasFailed({ exitCode = 0, terminationReason }: StepState): boolean {
  return exitCode !== 0 && terminationReason !== 'Continued' && terminationReason !== 'Skipped';
}

const resourceReasons: ReadonlySet<string> = new Set(['ExceededResourceQuota', 'ExceededNodeResources']);

/**
 * A TaskRun that waits for resources is ended by the time-out of its PipelineRun, and Tekton then keeps the reason it
 * had before only in its message, in brackets: `Previous status: [ExceededResourceQuota] …`
 * (`appendPreviousConditionContext` in Tekton's pkg/reconciler/taskrun/taskrun.go). It is the only message that is read.
 */
export function lackedResources({ status }: TaskRun): boolean {
  const { reason = '', message = '' } = status.succeeded ?? {};
  const previous = /^Previous status: \[(?<reason>\w+)\]/m.exec(message)?.groups?.['reason'] ?? '';
  return resourceReasons.has(reason) || resourceReasons.has(previous);
}
