import type { Claim, Cooldown, ExecutionId } from '../../locking/lock-record.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { formatRepository, parseImageReference } from '../../workflow-execution/image-reference.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { mayHaveRunSteps } from '../../workflow-execution/status.ts';

/** The execution as a lock records it. */
export function idOf({ metadata: { namespace, name, uid } }: WorkflowExecution): ExecutionId {
  return { namespace, name, uid };
}

/** The claim of an execution on the lock of its target. */
export function claimOf(execution: WorkflowExecution): Claim {
  const isOverride = execution.spec.overrideCooldownReason !== undefined;
  return { ...identityOf(execution), ...(isOverride && { overridesCooldown: true }) };
}

function identityOf(execution: WorkflowExecution): Claim {
  const { workflowId, containerImage } = execution.spec.workflowRef;
  const image = parseImageReference(containerImage);
  const identity = image === undefined ? { workflowId } : { workflowId, repository: formatRepository(image) };
  return { execution: idOf(execution), ...identity };
}

/**
 * The cooldown after an execution that has ended; undefined if no step ran. That of an execution deleted while Running, which has
 * no completion time, starts now: its steps may have run (ADR 0009).
 */
export function cooldownOf(execution: WorkflowExecution, now: Date): Cooldown | undefined {
  if (!mayHaveRunSteps(execution)) return undefined;
  const end = isTerminal(phaseOf(execution)) ? execution.status?.completionTime : undefined;
  return { ...identityOf(execution), completionTime: end ?? now.toISOString() };
}
