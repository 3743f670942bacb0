import type { History } from '../history/change.ts';
import { cooldownIsRespected } from './rules/cooldown-is-respected.ts';
import { everyExecutionEnds } from './rules/every-execution-ends.ts';
import { foreignRunIsNotReported } from './rules/foreign-run-is-not-reported.ts';
import { lockIsReleased } from './rules/lock-is-released.ts';
import { lockIsHeldWhileRunning } from './rules/lock-is-held-while-running.ts';
import { runEndsBeforeRemoval } from './rules/run-ends-before-removal.ts';
import { onePodPerTarget } from './rules/one-pod-per-target.ts';
import { oneRunPerTarget } from './rules/one-run-per-target.ts';
import { oneRunPerExecution } from './rules/one-run-per-execution.ts';
import { outcomeMatchesRun } from './rules/outcome-matches-run.ts';
import { skipIsJustified } from './rules/skip-is-justified.ts';
import { terminalPhaseIsFinal } from './rules/terminal-phase-is-final.ts';
import { timelineOf } from './timeline.ts';
import type { Rule, Violation } from './violation.ts';

/** The rules that every history of the service must satisfy. */
const rules: readonly Rule[] = [
  oneRunPerTarget,
  onePodPerTarget,
  oneRunPerExecution,
  runEndsBeforeRemoval,
  everyExecutionEnds,
  terminalPhaseIsFinal,
  outcomeMatchesRun,
  foreignRunIsNotReported,
  skipIsJustified,
  cooldownIsRespected,
  lockIsHeldWhileRunning,
  lockIsReleased,
];

/** All violations in a history. A pure function, so a recorded history can be checked again. */
export function check(history: History): Violation[] {
  const timeline = timelineOf(history);
  return rules.flatMap((rule) => rule(timeline));
}
