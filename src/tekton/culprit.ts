import type { FailedTask } from '../workflow-execution/generated/workflow-execution.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { pipelineTaskOf, type StepState, type TaskRun } from './task-run.ts';

/** The task that a PipelineRun failed for. */
export interface Culprit {
  readonly taskRun: TaskRun;
  /** The step that failed, where a step did. */
  readonly step?: StepState;
  readonly failedTask: FailedTask;
  /** Whether it never got the resources to run, also when a later time-out hides that. */
  readonly lackedResources: boolean;
  /** Whether it was cancelled, and so did not fail by itself. */
  readonly isCancelled: boolean;
}

/**
 * The task that failed first. Tasks whose failure the pipeline ignores do not count; tasks that were cancelled because
 * of another one count only when nothing else failed.
 */
export function findCulprit({ status }: PipelineRun, taskRuns: readonly TaskRun[]): Culprit | undefined {
  const order = new Map(status.childReferences.map(({ name }, index) => [name, index]));
  const position = (run: TaskRun): number => order.get(run.metadata.name) ?? order.size;
  const failed = taskRuns
    .filter(({ status: { succeeded } }) => succeeded?.status === 'False' && succeeded.reason !== 'FailureIgnored')
    .sort((a, b) => rank(a) - rank(b) || endOf(a) - endOf(b) || position(a) - position(b));
  const [first] = failed;
  return first === undefined ? undefined : describe(first);
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

function describe(taskRun: TaskRun): Culprit {
  const step = taskRun.status.steps.find(hasFailed);
  return {
    taskRun,
    step,
    failedTask: {
      name: pipelineTaskOf(taskRun).slice(0, 253),
      ...(step === undefined ? {} : { stepName: step.name.slice(0, 253), exitCode: step.exitCode }),
    },
    lackedResources: lackedResources(taskRun),
    isCancelled: isCancelled(taskRun.status),
  };
}

/** The first step that ended by itself with another code than 0. Those after it did not get their turn. */
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
