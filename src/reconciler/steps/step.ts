import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';

/**
 * What a step came to.
 * - `next`: it has done its part, and the next step goes on with the execution as it is now.
 * - `observed`: it knows how the execution stands; the pass ends with the status that follows from it. `retry` is the
 *   error that brings the execution back after its backoff, `on` the execution as it is now when the step has changed it,
 *   `at` when it came to stand so, if that is not now.
 * - `settled`: nothing is to be said or done now; the pass ends.
 *
 * `requeueAfterMs` brings the execution back when no event would.
 * - `outdated`: the execution has changed since it was read; the pass begins anew from a live read.
 */
export type StepOutcome =
  | { readonly kind: 'next'; readonly execution: WorkflowExecution }
  | {
      readonly kind: 'observed';
      readonly observation: Observation;
      readonly retry?: Error;
      readonly on?: WorkflowExecution;
      readonly at?: Date;
      readonly requeueAfterMs?: number;
    }
  | { readonly kind: 'settled'; readonly reason: string; readonly requeueAfterMs?: number }
  | { readonly kind: 'outdated' };

/** One thing that is done for an execution. It may be done again at any time: a crash can follow every effect. */
export interface Step {
  /** @throws KubernetesError and others, for which the execution comes back after its backoff */
  run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome>;
}
