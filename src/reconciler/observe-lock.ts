import type { ExecutionId } from '../locking/lock-record.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../workflow-execution/observation.ts';
import { targetOf } from '../workflow-execution/target-resource.ts';
import { timestamp } from '../workflow-execution/timestamp.ts';

/** How an execution stands whose target another one has. */
export function observeBusy(execution: WorkflowExecution, holder: ExecutionId, now: Date): Observation {
  const message =
    `${nameOf(holder)} holds ${targetOf(execution)}, and a target has one execution at a time. ` +
    'Create another execution when that one has ended, if the target still needs it.';
  return {
    phase: 'Skipped',
    skip: { reason: 'ResourceBusy', message, skippedAt: timestamp(now), conflictingExecution: { ...holder } },
  };
}

/** How an execution stands whose workflow has ended on the same target a short time ago. */
export function observeCooldown(
  execution: WorkflowExecution,
  earlier: ExecutionId,
  remainingMs: number,
  now: Date,
): Observation {
  const { workflowRef } = execution.spec;
  // Rounded up: after so many seconds it is really over.
  const remainingCooldownSeconds = Math.ceil(remainingMs / 1000);
  const message =
    `Workflow ${workflowRef.workflowId} ran on ${targetOf(execution)} a short time ago, as ${nameOf(earlier)}. ` +
    `The same workflow can run there again in ${remainingCooldownSeconds} s; another workflow can run now.`;
  const skippedAt = timestamp(now);
  const conflictingExecution = { ...earlier };
  return {
    phase: 'Skipped',
    skip: { reason: 'RecentlyRemediated', message, skippedAt, conflictingExecution, remainingCooldownSeconds },
  };
}

/** How an execution stands whose lock can not be asked for now: it waits. */
export function observeLockTrouble(error: Error): Observation {
  return { phase: 'Pending', reason: 'LockUnavailable', message: `The target can not be locked now: ${error.message}` };
}

function nameOf({ namespace, name }: ExecutionId): string {
  return `${namespace}/${name}`;
}
