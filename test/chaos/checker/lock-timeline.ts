import type { Change } from '../history/change.ts';
import { textAt } from '../history/json.ts';
import { markerOf } from '../history/markers.ts';
import type { Timeline } from './timeline.ts';

/** A state of the lock of a target. */
export interface LockState {
  readonly change: Change;
  /** UID of the execution that has the target then. */
  readonly holder: string | undefined;
  /** Whether it was the neighbour who brought it about. */
  readonly byAdmin: boolean;
}

/** Everything that the lock of a target has said, in order, whatever Lease it was. */
export function lockTimeline(target: string, { locks }: Timeline): readonly LockState[] {
  const changes = locks
    .flatMap(({ states }) => states.map((change, index) => ({ change, earlier: states.slice(0, index) })))
    .filter(({ change }) => textAt(change.object, 'metadata', 'annotations', targetAnnotation) === target)
    .toSorted((a, b) => a.change.revision - b.change.revision);
  return changes.map(({ change, earlier }, index) => ({
    change,
    holder: change.gone ? undefined : textAt(change.object, 'spec', 'holderIdentity')?.split('/')[2],
    byAdmin: change.gone ? earlier.some(isAboutToBeDeleted) : hasNewMark(change, changes[index - 1]?.change),
  }));
}

const targetAnnotation = 'kubernaut.ai/target-resource';

/** The neighbour marks a Lease before it deletes it. Another mark may follow before it does: it interferes in several ways at once. */
function isAboutToBeDeleted({ object }: Change): boolean {
  return markerOf(object, 'lock')?.startsWith('delete') === true;
}

/** The neighbour marks a Lease each time that it changes one. */
function hasNewMark({ object }: Change, previous: Change | undefined): boolean {
  const mark = markerOf(object, 'lock');
  return mark !== undefined && mark !== markerOf(previous?.object, 'lock');
}
