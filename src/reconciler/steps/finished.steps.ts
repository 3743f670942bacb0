import { isAuditFinal } from '../../audit/audit-condition.ts';
import type { Config } from '../../config/config.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';
import { isGenerationObserved, withCondition, withObservedGeneration } from '../../workflow-execution/status.ts';
import type { Step } from './step.ts';
import type { With } from './step-context.ts';

/** Removes our finalizer from a PipelineRun that is being deleted, once its outcome is recorded. */
export const releasePipelineRun: Step<With<'retention'>> = async (execution, { retention }, signal) => {
  await retention.releaseRunOf(execution, signal);
  return { kind: 'next', execution };
};

/** Acknowledges a change to the spec of a finished execution, such as a late cancellation. */
export const observeGeneration: Step<With<'executions'>> = async (execution, { executions }, signal) => {
  if (isGenerationObserved(execution)) return { kind: 'next', execution };
  const written = await executions.writeStatus(execution, withObservedGeneration(execution), signal);
  return written === 'outdated' ? { kind: 'outdated' } : { kind: 'next', execution: written };
};

/** Writes the condition AuditRecorded of a finished execution once there is something to say; nothing waits for it. */
export const updateAuditCondition: Step<With<'trail' | 'statuses' | 'clock'>> = async (
  execution,
  { trail, statuses, clock },
  signal,
) => {
  const { condition } = trail.status(execution);
  if (condition === undefined) return { kind: 'next', execution };
  const written = await statuses.write(execution, withCondition(execution, condition, clock.now()), signal);
  return written === 'outdated' ? { kind: 'outdated' } : { kind: 'next', execution: written };
};

/** Deletes a finished execution when its TTL has passed, and requeues it for that time before. */
export const expireFinished: Step<With<'executions' | 'clock', 'ttlSkippedMs'>> = async (
  execution,
  { executions, clock, config },
  signal,
) => {
  const ttlMs = ttlMsOf(execution, config);
  const { completionTime } = execution.status ?? {};
  if (ttlMs === undefined || completionTime === undefined) return { kind: 'settled', reason: 'Finished' };
  // No user requested this deletion, so it must not lose audit events, even in a long outage of data storage.
  const isDefault = execution.spec.ttlSecondsAfterFinished === undefined;
  if (isDefault && !isAuditFinal(execution)) return { kind: 'settled', reason: 'AuditIsPending' };
  const requeueAfterMs = Date.parse(completionTime) + ttlMs - clock.now().getTime();
  if (requeueAfterMs > 0) return { kind: 'settled', reason: 'NotExpired', requeueAfterMs };
  await executions.delete(execution, signal);
  return { kind: 'settled', reason: 'Expired' };
};

/** How long a finished execution is kept, in milliseconds; undefined if it is not deleted. */
export function ttlMsOf(
  execution: WorkflowExecution,
  { ttlSkippedMs }: Pick<Config, 'ttlSkippedMs'>,
): number | undefined {
  const { ttlSecondsAfterFinished } = execution.spec;
  if (ttlSecondsAfterFinished !== undefined) return ttlSecondsAfterFinished * 1000;
  return phaseOf(execution) === 'Skipped' && ttlSkippedMs > 0 ? ttlSkippedMs : undefined;
}
