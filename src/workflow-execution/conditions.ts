import type { Condition, ConditionStatus } from './generated/workflow-execution.ts';
import { truncate, maxMessageLength } from './text.ts';
import { timestamp } from './timestamp.ts';

/** The conditions of a WorkflowExecution. */
export type ConditionType = 'Ready' | 'PipelineRunCreated' | 'AuditRecorded' | 'Finished' | 'Stalled';

/** The new state of a condition. */
export interface ConditionUpdate {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  /** In CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** Time and generation of an update. */
export interface ConditionContext {
  readonly now: Date;
  readonly generation?: number;
}

/**
 * Merges updates into conditions by type. `lastTransitionTime` only changes with `status`, as the Kubernetes API conventions
 * require.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties
 */
export function mergeConditions(
  previous: readonly Condition[],
  updates: readonly ConditionUpdate[],
  context: ConditionContext,
): Condition[] {
  const merged = new Map(previous.map((condition) => [condition.type, condition]));
  for (const update of updates) merged.set(update.type, next(merged.get(update.type), update, context));
  return [...merged.values()];
}

function next(previous: Condition | undefined, update: ConditionUpdate, context: ConditionContext): Condition {
  return {
    ...update,
    message: truncate(update.message, maxMessageLength),
    ...(context.generation === undefined ? {} : { observedGeneration: context.generation }),
    lastTransitionTime: previous?.status === update.status ? previous.lastTransitionTime : timestamp(context.now),
  };
}
