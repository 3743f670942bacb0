import type { Change } from '../../history/change.ts';
import { textAt } from '../../history/json.ts';
import { endOfExecution } from '../timeline.ts';
import type { LockTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

const rule = 'No lock outlives its need';

/**
 * Finds locks at the end of the history that have no holder and serve no cooldown. A holder that has ended counts as none; one
 * that was deleted must have released its lock.
 */
export function lockIsReleased(timeline: Timeline): Violation[] {
  return timeline.locks.filter(({ gone }) => gone === undefined).flatMap((lock) => objectTo(lock, timeline));
}

function objectTo({ states }: LockTimeline, timeline: Timeline): Violation[] {
  const last = states.at(-1) ?? states[0];
  const holder = textAt(last.object, 'spec', 'holderIdentity') ?? '';
  if (holder === '') return objectToAge(last, last, timeline);
  const execution = timeline.executions.get(holder.split('/')[2] ?? '');
  if (execution === undefined)
    return [{ rule, message: `${holder}, an unknown execution, holds a lock`, proof: [last] }];
  if (endOfExecution(execution) === Infinity) return [];
  const { ended, gone } = execution;
  if (ended !== undefined && gone === undefined) return objectToAge(ended, last, timeline);
  const ends = [ended, gone].filter((change) => change !== undefined);
  return [{ rule, message: `${holder} holds a lock, and has ended`, proof: [...ends, last] }];
}

/** An unneeded lock may stay during the cooldown and until the next garbage collection. */
function objectToAge(since: Change, last: Change, { end, premises }: Timeline): Violation[] {
  const seconds = (Date.parse(end) - Date.parse(since.at)) / 1000;
  if (seconds <= premises.cooldownSeconds + premises.collectionSeconds) return [];
  return [{ rule, message: `a lock without holder still exists after ${Math.floor(seconds)} s`, proof: [last] }];
}
