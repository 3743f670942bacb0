import { textAt } from '../../history/json.ts';
import type { Change } from '../../history/change.ts';
import { endOfRun } from '../story.ts';
import type { ExecutionStory, LockStory, RunStory, Story } from '../story.ts';
import type { Violation } from '../violation.ts';

const rule = 'A PipelineRun runs only while its execution has the target';

/**
 * Looks for PipelineRuns that were created without the lock of their target, or that went on after it had been given back.
 * It finds a lock that does not protect also where no other execution happened to come.
 */
export function lockIsHeldWhileRunning({ runs, executions, locks }: Story): Violation[] {
  return runs.flatMap((run) => {
    const execution = executions.get(run.owner ?? '');
    return execution === undefined ? [] : objectTo(run, execution, statesFor(execution.target, locks));
  });
}

function objectTo(run: RunStory, { uid, target }: ExecutionStory, lock: readonly Change[]): Violation[] {
  const created = run.states[0];
  const before = lock.findLast(({ revision }) => revision < created.revision);
  if (before === undefined || holderOf(before) !== uid) {
    const message = `${run.key} was created while its execution did not have ${target}`;
    return [{ rule, message, proof: before === undefined ? [created] : [before, created] }];
  }
  const isDuring = ({ revision }: Change) => revision > created.revision && revision < endOfRun(run);
  const lost = lock.find((state) => isDuring(state) && holderOf(state) !== uid);
  if (lost === undefined) return [];
  return [
    { rule, message: `${run.key} was running when its execution lost ${target}`, proof: [before, created, lost] },
  ];
}

/** Everything that the lock of a target has said, in order. */
function statesFor(target: string, locks: readonly LockStory[]): Change[] {
  const states = locks.flatMap((lock) => lock.states);
  const ours = states.filter(
    ({ object }) => textAt(object, 'metadata', 'annotations', 'kubernaut.ai/target-resource') === target,
  );
  return ours.toSorted((a, b) => a.revision - b.revision);
}

/** UID of the execution that has the target. */
function holderOf({ object, gone }: Change): string | undefined {
  return gone ? undefined : textAt(object, 'spec', 'holderIdentity')?.split('/')[2];
}
