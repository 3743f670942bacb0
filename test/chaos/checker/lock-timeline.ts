import { targetAnnotation } from '../../../src/locking/lock-lease.ts';
import type { Change } from '../history/change.ts';
import { textAt } from '../history/json.ts';
import { markerOf } from '../history/markers.ts';
import type { Timeline } from './timeline.ts';

/** One state of a target's lock. */
export interface LockState {
  readonly change: Change;
  /** UID of the execution that holds the lock. */
  readonly holder: string | undefined;
  /** Whether the administrator made this change. */
  readonly byAdmin: boolean;
}

/** All states of a target's lock in order, across its Leases. */
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

/**
 * The administrator marks a Lease before deleting it. Another marker may follow first, since several interferences run
 * concurrently.
 */
function isAboutToBeDeleted({ object }: Change): boolean {
  return markerOf(object, 'lock')?.startsWith('delete') === true;
}

/** The administrator sets a new marker with each change of a Lease. */
function hasNewMark({ object }: Change, previous: Change | undefined): boolean {
  const mark = markerOf(object, 'lock');
  return mark !== undefined && mark !== markerOf(previous?.object, 'lock');
}
