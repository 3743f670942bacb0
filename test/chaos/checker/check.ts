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

/** What has to be true of every history of the service, whatever happened to it. */
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

/** Everything that is wrong with a history. It depends on the history only, so that it can be checked again later. */
export function check(history: History): Violation[] {
  const timeline = timelineOf(history);
  return rules.flatMap((rule) => rule(timeline));
}
