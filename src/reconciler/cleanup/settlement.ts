import { isAuditFinal } from '../../audit/audit-condition.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isSettled, isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { isGenerationObserved } from '../../workflow-execution/status.ts';
import { remaining } from '../../locking/lock-record.ts';
import { cooldownOf } from '../target/lock-claim.ts';

/** Whether no step has anything left to do for an execution, unless its PipelineRun waits to be released. */
export function isDone(execution: WorkflowExecution): boolean {
  if (execution.metadata.deletionTimestamp !== undefined) return false;
  return isTerminal(phaseOf(execution)) && isAuditFinal(execution) && isGenerationObserved(execution);
}

/**
 * Whether a finished execution no longer matters to the next one on its target. Until then the controller keeps it in its cache:
 * the Lease with the cooldown may be deleted.
 */
export function isCooldownOver(execution: WorkflowExecution, cooldownMs: number, now: Date): boolean {
  const cooldown = cooldownOf(execution, now);
  return cooldown === undefined || remaining(cooldown, now, cooldownMs) <= 0;
}

/** Whether an execution is to be marked as settled. */
export function isToBeSettled(execution: WorkflowExecution, cooldownMs: number, now: Date): boolean {
  return !isSettled(execution) && isDone(execution) && isCooldownOver(execution, cooldownMs, now);
}
