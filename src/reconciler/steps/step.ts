import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import type { StepContext } from './step-context.ts';

/**
 * What a step decided.
 * - `next`: continue with the next step, on the execution as it is now.
 * - `observed`: write the status that follows from the observation, and stop. `retry` is the error that requeues the
 *   execution with backoff, `on` the execution if the step has changed it, `at` the time of the observation if it is not now.
 * - `settled`: nothing to write or do now; stop.
 * - `outdated`: the execution has changed since it was read; start again from a live read.
 *
 * `requeueAfterMs` requeues the execution where no watch event would.
 */
export type StepOutcome =
  | { readonly kind: 'next'; readonly execution: WorkflowExecution }
  | ObservedOutcome
  | { readonly kind: 'settled'; readonly reason: string; readonly requeueAfterMs?: number }
  | { readonly kind: 'outdated' };

/** The outcome of a step that decides the next status. */
export interface ObservedOutcome {
  readonly kind: 'observed';
  readonly observation: Observation;
  readonly retry?: Error;
  readonly on?: WorkflowExecution;
  readonly at?: Date;
  readonly requeueAfterMs?: number;
}

/**
 * One thing that is done for an execution. Steps are idempotent: a crash can follow every effect. An error requeues the
 * execution with backoff.
 */
export type Step<C = StepContext> = (
  execution: WorkflowExecution,
  context: C,
  signal: AbortSignal,
) => StepOutcome | Promise<StepOutcome>;
