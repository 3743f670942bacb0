import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { observeUnconfirmed } from '../observe/observe-refusal.ts';
import { hasControlledRun } from '../pipelinerun/pipeline-run-adoption.ts';
import type { ObservedOutcome, StepOutcome } from './step.ts';
import type { With } from './step-context.ts';

/**
 * Ends an execution that was not started, which says that nothing ran and that nothing can start any more. If it has a
 * PipelineRun all the same, the next steps adopt it.
 *
 * @param end Failed or Skipped
 */
export async function endUnstarted(
  execution: WorkflowExecution,
  end: Observation,
  context: With<'adoption' | 'creates'>,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const endAs = unstartedEnd(execution, context);
  if (hasControlledRun(await context.adoption.find(execution, signal))) return { kind: 'next', execution };
  return endAs(end);
}

/**
 * What ends an execution that has no PipelineRun. The end waits while one may still be created. To be called before the read
 * that finds none, so that the read finds what was created until then.
 */
export function unstartedEnd(
  execution: WorkflowExecution,
  { creates }: With<'creates'>,
): (end: Observation) => ObservedOutcome {
  const waitMs = creates.waitMs(execution);
  if (waitMs === 0) return (observation) => ({ kind: 'observed', observation });
  return () => ({ kind: 'observed', observation: observeUnconfirmed(), requeueAfterMs: waitMs });
}
