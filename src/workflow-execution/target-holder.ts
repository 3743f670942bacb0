import { phaseOf } from './execution.ts';
import { pausedReason } from './status.ts';
import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** Why a Pending execution waits that has not locked its target; after that, it waits for its PipelineRun. */
export const reasonsWithoutLock = { target: 'TargetUnresolved', lock: 'LockUnavailable' } as const;

const withoutLock: ReadonlySet<string> = new Set([...Object.values(reasonsWithoutLock), pausedReason]);

/** How an execution holds its target. */
export interface TargetHold {
  /** RFC 3339; absent if it is not recorded. */
  readonly since?: string;
}

/**
 * Whether an execution holds its target according to its status, and since when: it runs, or it has locked the target and its
 * PipelineRun cannot be created.
 */
export function targetHoldOf(execution: WorkflowExecution): TargetHold | undefined {
  const { startTime, conditions } = execution.status ?? {};
  const phase = phaseOf(execution);
  if (phase === 'Running') return { since: startTime };
  if (phase !== 'Pending') return undefined;
  const created = conditions?.find(({ type }) => type === 'PipelineRunCreated');
  const waitsForRun = created?.status === 'False' && !withoutLock.has(created.reason);
  return waitsForRun ? { since: created.lastTransitionTime } : undefined;
}
