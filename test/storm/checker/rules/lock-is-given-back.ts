import { textAt } from '../../history/json.ts';
import { endOfExecution } from '../story.ts';
import type { LockStory, Story } from '../story.ts';
import type { Violation } from '../violation.ts';

const rule = 'No lock outlives its need';

/**
 * Looks for locks that, at the end of the history, are held by an execution that has ended or is gone, or that are there
 * though nobody holds them and no cooldown needs them.
 */
export function lockIsGivenBack(story: Story): Violation[] {
  return story.locks.filter(({ gone }) => gone === undefined).flatMap((lock) => objectTo(lock, story));
}

function objectTo({ states }: LockStory, story: Story): Violation[] {
  const last = states.at(-1) ?? states[0];
  const holder = textAt(last.object, 'spec', 'holderIdentity') ?? '';
  if (holder === '') {
    const seconds = (Date.parse(story.end) - Date.parse(last.at)) / 1000;
    const { cooldownSeconds, collectionSeconds } = story.premises;
    if (seconds <= cooldownSeconds + collectionSeconds) return [];
    return [{ rule, message: `a lock that nobody holds is still there after ${Math.floor(seconds)} s`, proof: [last] }];
  }
  const execution = story.executions.get(holder.split('/')[2] ?? '');
  if (execution === undefined) return [{ rule, message: `${holder}, which nobody knows, holds a lock`, proof: [last] }];
  if (endOfExecution(execution) === Infinity) return [];
  const ends = [execution.ended, execution.gone].filter((change) => change !== undefined);
  return [{ rule, message: `${holder} holds a lock, and has ended`, proof: [...ends, last] }];
}
