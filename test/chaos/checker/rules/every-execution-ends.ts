import { phaseOf } from '../timeline.ts';
import type { Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds executions that neither reached a terminal phase nor were deleted. */
export function everyExecutionEnds({ executions }: Timeline): Violation[] {
  return [...executions.values()].flatMap(({ key, states, ended, gone }) => {
    const last = states.at(-1) ?? states[0];
    const isStuckInDeletion = gone === undefined && 'deletionTimestamp' in metadataOf(last.object['metadata']);
    if (gone !== undefined || (ended !== undefined && !isStuckInDeletion)) return [];
    const message = isStuckInDeletion ? `${key} is still being deleted` : `${key} is still ${phaseOf(last)} at the end`;
    return [{ rule: 'Every execution ends', message, proof: [last] }];
  });
}

function metadataOf(metadata: unknown): object {
  return typeof metadata === 'object' && metadata !== null ? metadata : {};
}
