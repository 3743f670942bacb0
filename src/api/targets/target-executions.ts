import { targetLimits } from '../../config/limits.ts';
import { cooldownEnd } from '../../workflow-execution/cooldown.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { targetHoldOf, type TargetHold } from '../../workflow-execution/target-holder.ts';
import { executionOf, type CachedExecution, type ExecutionSummary } from '../executions/cached-execution.ts';
import { FirstInOrder } from '../executions/first-in-order.ts';
import { firstExecutions } from '../executions/list-page.ts';
import { comparePositions } from '../executions/page-token.ts';

/** A time during which a workflow does not run again on a target. */
export interface TargetCooldown {
  readonly execution: ExecutionSummary;
  readonly end: Date;
}

/** Extracts what is shown of the executions on a target, which are added one by one. */
export class TargetExecutions {
  holder?: TargetHold & { readonly execution: CachedExecution };
  private readonly inCooldown = new FirstInOrder(targetLimits.cooldowns, byCooldown);
  private readonly latest = firstExecutions(targetLimits.executions);

  /** @param now cooldowns that have ended by then are not shown */
  constructor(
    private readonly cooldownMs: number,
    private readonly now: Date,
  ) {}

  add(execution: CachedExecution): void {
    this.latest.add(execution);
    if (this.cooldownEnd(execution) > this.now.getTime()) this.inCooldown.add(execution);
    const hold = isTerminal(phaseOf(execution)) ? undefined : targetHoldOf(executionOf(execution));
    if (hold !== undefined) this.holder ??= { execution, ...hold };
  }

  /** Adds those of other executions on the target. */
  merge({ holder, inCooldown, newest }: TargetExecutions): void {
    this.holder ??= holder;
    for (const execution of inCooldown.list()) this.inCooldown.add(execution);
    for (const execution of newest) this.latest.add(execution);
  }

  /** The cooldowns that are not over, the last to end first. */
  get cooldowns(): readonly TargetCooldown[] {
    return this.inCooldown.list().map((execution) => ({ execution, end: new Date(this.cooldownEnd(execution)) }));
  }

  /** The newest first. */
  get newest(): readonly CachedExecution[] {
    return this.latest.list();
  }

  private cooldownEnd({ cooldownFrom = NaN }: CachedExecution): number {
    return cooldownEnd(cooldownFrom, this.cooldownMs);
  }
}

function byCooldown(a: CachedExecution, b: CachedExecution): number {
  return (b.cooldownFrom ?? 0) - (a.cooldownFrom ?? 0) || comparePositions(a.metadata, b.metadata);
}
