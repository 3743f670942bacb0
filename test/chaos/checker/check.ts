import type { History } from '../history/change.ts';
import { cooldownIsKept } from './rules/cooldown-is-kept.ts';
import { everyExecutionEnds } from './rules/every-execution-ends.ts';
import { foreignRunIsNotReported } from './rules/foreign-run-is-not-reported.ts';
import { lockIsGivenBack } from './rules/lock-is-given-back.ts';
import { lockIsHeldWhileRunning } from './rules/lock-is-held-while-running.ts';
import { nothingIsLeftRunning } from './rules/nothing-is-left-running.ts';
import { onePodForATarget } from './rules/one-pod-for-a-target.ts';
import { oneRunForATarget } from './rules/one-run-for-a-target.ts';
import { oneRunForAnExecution } from './rules/one-run-for-an-execution.ts';
import { outcomeIsTrue } from './rules/outcome-is-true.ts';
import { skipHasAReason } from './rules/skip-has-a-reason.ts';
import { terminalPhaseIsFinal } from './rules/terminal-phase-is-final.ts';
import { tell } from './timeline.ts';
import type { Rule, Violation } from './violation.ts';

/** What has to be true of every history of the service, whatever happened to it. */
const rules: readonly Rule[] = [
  oneRunForATarget,
  onePodForATarget,
  oneRunForAnExecution,
  nothingIsLeftRunning,
  everyExecutionEnds,
  terminalPhaseIsFinal,
  outcomeIsTrue,
  foreignRunIsNotReported,
  skipHasAReason,
  cooldownIsKept,
  lockIsHeldWhileRunning,
  lockIsGivenBack,
];

/** Everything that is wrong with a history. It depends on the history only, so that it can be checked again later. */
export function check(history: History): Violation[] {
  const timeline = tell(history);
  return rules.flatMap((rule) => rule(timeline));
}
