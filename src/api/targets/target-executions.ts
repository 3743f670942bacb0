import { targetLimits } from '../../config/limits.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { targetHoldOf, type TargetHold } from '../../workflow-execution/target-holder.ts';
import { executionOf, type CachedExecution } from '../executions/cached-execution.ts';
import { FirstInOrder } from '../executions/first-in-order.ts';
import { firstExecutions } from '../executions/list-page.ts';
import { comparePositions } from '../executions/page-token.ts';

/** Extracts what is shown of the executions on a target, which are added one by one. */
export class TargetExecutions {
  holder?: TargetHold & { readonly execution: CachedExecution };
  private readonly inCooldown = new FirstInOrder(targetLimits.cooldowns, byCooldown);
  private readonly latest = firstExecutions(targetLimits.executions);

  /** @param cooldownSince in milliseconds since the epoch; cooldowns that began earlier are over */
  constructor(private readonly cooldownSince: number) {}

  add(execution: CachedExecution): void {
    this.latest.add(execution);
    if ((execution.cooldownFrom ?? NaN) > this.cooldownSince) this.inCooldown.add(execution);
    const hold = isTerminal(phaseOf(execution)) ? undefined : targetHoldOf(executionOf(execution));
    if (hold !== undefined) this.holder ??= { execution, ...hold };
  }

  /** Adds those of other executions on the target. */
  merge({ holder, cooldowns, newest }: TargetExecutions): void {
    this.holder ??= holder;
    for (const execution of cooldowns) this.inCooldown.add(execution);
    for (const execution of newest) this.latest.add(execution);
  }

  /** The executions whose cooldown is not over, the last to end first. */
  get cooldowns(): readonly CachedExecution[] {
    return this.inCooldown.list();
  }

  /** The newest first. */
  get newest(): readonly CachedExecution[] {
    return this.latest.list();
  }
}

function byCooldown(a: CachedExecution, b: CachedExecution): number {
  return (b.cooldownFrom ?? 0) - (a.cooldownFrom ?? 0) || comparePositions(a.metadata, b.metadata);
}
