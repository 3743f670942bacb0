import { textAt } from '../../history/json.ts';
import { phaseOf } from '../timeline.ts';
import type { Change } from '../../history/change.ts';
import type { Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds executions whose terminal phase or outcome changed later. */
export function terminalPhaseIsFinal({ executions }: Timeline): Violation[] {
  return [...executions.values()].flatMap(({ key, states, ended }) => {
    if (ended === undefined) return [];
    const changed = states.find((state) => state.revision > ended.revision && verdictIn(state) !== verdictIn(ended));
    if (changed === undefined) return [];
    const message = `${key} was ${verdictIn(ended)} and became ${verdictIn(changed)}`;
    return [{ rule: 'Terminal phases are final', message, proof: [ended, changed] }];
  });
}

function verdictIn(state: Change): string {
  const { object } = state;
  const reason = textAt(object, 'status', 'failure', 'reason') ?? textAt(object, 'status', 'skip', 'reason');
  const completed = textAt(object, 'status', 'completionTime');
  return [phaseOf(state), reason, completed].filter((part) => part !== undefined).join(', ');
}
