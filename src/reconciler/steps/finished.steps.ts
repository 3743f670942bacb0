import { isGenerationObserved, withCondition, withObservedGeneration } from '../../workflow-execution/status.ts';
import { isCooldownOver } from '../cleanup/settlement.ts';
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

/**
 * Writes the condition AuditRecorded of a finished execution once there is something to say; nothing waits for it. An execution
 * without a cooldown is then settled; one with a cooldown later (`HistoryCleanup`).
 */
export const updateAuditCondition: Step<With<'trail' | 'statuses' | 'clock', 'cooldownMs'>> = async (
  execution,
  { trail, statuses, clock, config },
  signal,
) => {
  const { condition, isFinal } = trail.status(execution);
  if (condition === undefined) return { kind: 'next', execution };
  const status = withCondition(execution, condition, clock.now());
  const settled = isFinal && isCooldownOver(execution, config.cooldownMs, clock.now());
  const written = await statuses.write(execution, settled ? { ...status, settled } : status, signal);
  return written === 'outdated' ? { kind: 'outdated' } : { kind: 'next', execution: written };
};
