import type { ExecutionId } from '../../locking/lock-record.ts';
import type { Skip, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { reasonsWithoutLock } from '../../workflow-execution/target-holder.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { timestamp } from '../../workflow-execution/timestamp.ts';

/** Observes an execution whose target is taken by another one. */
export function observeBusy(execution: WorkflowExecution, holder: ExecutionId, now: Date): Observation {
  const { name, ...named } = naming(execution, holder);
  const message =
    `Create another execution when ${name} has ended, if the target still needs it. ` +
    `Until then that execution holds ${targetOf(execution)}.`;
  return { phase: 'Skipped', skip: { reason: 'ResourceBusy', message, skippedAt: timestamp(now), ...named } };
}

/** Observes an execution whose workflow ran on the same target within the cooldown. */
export function observeCooldown(
  execution: WorkflowExecution,
  earlier: ExecutionId,
  remainingMs: number,
  now: Date,
): Observation {
  const { workflowRef } = execution.spec;
  const { name, ...named } = naming(execution, earlier);
  // Rounded up: after that many seconds the cooldown has passed.
  const remainingCooldownSeconds = Math.ceil(remainingMs / 1000);
  const message =
    `Try again in ${remainingCooldownSeconds} s, or run another workflow now. ` +
    `Workflow ${workflowRef.workflowId} ran on ${targetOf(execution)} a short time ago, as ${name}.`;
  const skippedAt = timestamp(now);
  return {
    phase: 'Skipped',
    skip: { reason: 'RecentlyRemediated', message, skippedAt, ...named, remainingCooldownSeconds },
  };
}

/** Observes an execution whose target cannot be locked now: it waits. */
export function observeLockTrouble(error: Error): Observation {
  const message = `The target cannot be locked now: ${error.message}`;
  return { phase: 'Pending', reason: reasonsWithoutLock.lock, message };
}

/** Another execution as the status of this one may name it: readers of this namespace may have no access to another one. */
function naming(
  { metadata }: WorkflowExecution,
  { namespace, name, uid }: ExecutionId,
): Pick<Skip, 'conflictingExecution'> & { readonly name: string } {
  return namespace === metadata.namespace
    ? { name: `${namespace}/${name}`, conflictingExecution: { namespace, name, uid } }
    : { name: 'an execution in another namespace' };
}
