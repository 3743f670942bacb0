import type { Change } from '../history/change.ts';
import { textAt } from '../history/json.ts';
import { markOf } from '../history/marks.ts';
import type { Story } from './story.ts';

/** A state of the lock of a target. */
export interface LockState {
  readonly change: Change;
  /** UID of the execution that has the target then. */
  readonly holder: string | undefined;
  /** Whether it was the neighbour who brought it about. */
  readonly byNeighbour: boolean;
}

/** Everything that the lock of a target has said, in order, whatever Lease it was. */
export function lockTimeline(target: string, { locks }: Story): readonly LockState[] {
  const changes = locks
    .flatMap(({ states }) => states)
    .filter(({ object }) => textAt(object, 'metadata', 'annotations', 'kubernaut.ai/target-resource') === target)
    .toSorted((a, b) => a.revision - b.revision);
  return changes.map((change, index) => ({
    change,
    holder: change.gone ? undefined : textAt(change.object, 'spec', 'holderIdentity')?.split('/')[2],
    byNeighbour: isByNeighbour(change, changes[index - 1]),
  }));
}

/** The neighbour marks a Lease before it deletes it, and each time that it changes one. */
function isByNeighbour(change: Change, previous: Change | undefined): boolean {
  const mark = markOf(change.object, 'lock');
  if (mark === undefined) return false;
  return change.gone ? mark.startsWith('delete') : mark !== markOf(previous?.object, 'lock');
}
