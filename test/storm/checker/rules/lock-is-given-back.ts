import { textAt } from '../../history/json.ts';
import { endOfExecution } from '../story.ts';
import type { LockStory, Story } from '../story.ts';
import type { Violation } from '../violation.ts';

const rule = 'No lock outlives its need';

/** Looks for locks that, at the end of the history, are held by an execution that has ended or is gone. */
export function lockIsGivenBack({ locks, executions }: Story): Violation[] {
  return locks.filter(({ gone }) => gone === undefined).flatMap((lock) => objectTo(lock, executions));
}

function objectTo({ states }: LockStory, executions: Story['executions']): Violation[] {
  const last = states.at(-1) ?? states[0];
  const holder = textAt(last.object, 'spec', 'holderIdentity') ?? '';
  if (holder === '') return [];
  const execution = executions.get(holder.split('/')[2] ?? '');
  if (execution === undefined) return [{ rule, message: `${holder}, which nobody knows, holds a lock`, proof: [last] }];
  if (endOfExecution(execution) === Infinity) return [];
  const ends = [execution.ended, execution.gone].filter((change) => change !== undefined);
  return [{ rule, message: `${holder} holds a lock, and has ended`, proof: [...ends, last] }];
}
