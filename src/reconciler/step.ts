import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../workflow-execution/observation.ts';

/**
 * What a step came to.
 * - `next`: it has done its part, the next step may go on.
 * - `observed`: it knows how the execution stands; the pass ends with the status that follows from it. `retry` is the
 *   error that brings the execution back after its backoff.
 */
export type StepOutcome =
  | { readonly kind: 'next'; readonly reason: string }
  | { readonly kind: 'observed'; readonly observation: Observation; readonly retry?: Error };

/** One thing that is done for an execution. It may be done again at any time: a crash can follow every effect. */
export interface Step {
  /** @throws KubernetesError and others, for which the execution comes back after its backoff */
  run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome>;
}
