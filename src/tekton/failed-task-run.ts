import type { FailedTask } from '../workflow-execution/generated/workflow-execution.ts';
import { taskRunReasons } from './failure-reasons.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { pipelineTaskOf, type StepState, type TaskRun } from './task-run.ts';

/** The TaskRun that made a PipelineRun fail. */
export interface FailedTaskRun {
  readonly taskRun: TaskRun;
  readonly step?: StepState;
  readonly failedTask: FailedTask;
  /** Whether it never got the resources to run, even if it timed out later. */
  readonly lackedResources: boolean;
  readonly isCancelled: boolean;
  /** Whether Tekton restarted it after it had failed, see {@link wasRestarted}. */
  readonly isRestarted: boolean;
}

/**
 * The TaskRun that failed first. Ignored failures do not count; canceled TaskRuns count only if no other one failed.
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
 * Whether a task was restarted after it had failed, and then canceled. If the pod of a task that has just failed is deleted,
 * Tekton may recreate it and overwrite the failure (`updateStatus` of its TaskRun reconciler takes the latest version on a
 * conflict). The PipelineRun is then `Failed` although its task is canceled.
 */
function wasRestarted({ status }: TaskRun, pipelineRun: PipelineRun): boolean {
  const { succeeded, completionTime } = pipelineRun.status;
  if (!isCancelled(status) || succeeded?.reason !== 'Failed') return false;
  return Date.parse(status.completionTime ?? '') >= Date.parse(completionTime ?? '');
}

/** The first step that ended by itself with a non-zero exit code. Later steps were skipped. */
export function failedStepOf({ status }: TaskRun): StepState | undefined {
  return status.succeeded?.status === 'False' ? status.steps.find(hasFailed) : undefined;
}

function hasFailed({ exitCode = 0, terminationReason }: StepState): boolean {
  return exitCode !== 0 && terminationReason !== 'Continued' && terminationReason !== 'Skipped';
}

const isLack = (reason: string) => taskRunReasons[reason] === 'ResourceExhausted';

/**
 * Whether a TaskRun ended because it lacked resources. If the timeout of the PipelineRun ends a waiting TaskRun, Tekton keeps
 * the previous reason only in the message: `Previous status: [ExceededResourceQuota] …` (`appendPreviousConditionContext` in
 * pkg/reconciler/taskrun/taskrun.go). No other message is parsed.
 */
export function lackedResources({ status }: TaskRun): boolean {
  const { reason = '', message = '' } = status.succeeded ?? {};
  const previous = /^Previous status: \[(?<reason>\w+)\]/m.exec(message)?.groups?.['reason'] ?? '';
  return isLack(reason) || isLack(previous);
}
