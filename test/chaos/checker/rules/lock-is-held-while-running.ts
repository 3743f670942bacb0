import type { Change } from '../../history/change.ts';
import { ledSeconds } from '../leadership.ts';
import { lockTimeline } from '../lock-timeline.ts';
import type { LockState } from '../lock-timeline.ts';
import { endOf } from '../timeline.ts';
import type { ExecutionTimeline, RunTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

const rule = 'A PipelineRun runs only while its execution has the lock';

/**
 * Finds PipelineRuns that were created without holding their target's lock, or that ran on after it was released, even if no
 * other execution came. What the administrator takes away is tolerated until a leader has had time to restore it.
 */
export function lockIsHeldWhileRunning(timeline: Timeline): Violation[] {
  return timeline.runs.flatMap((run) => {
    const execution = timeline.executions.get(run.owner ?? '');
    return execution === undefined ? [] : objectTo(run, execution, timeline);
  });
}

function objectTo(run: RunTimeline, { uid, target }: ExecutionTimeline, timeline: Timeline): Violation[] {
  const [created] = run.states;
  const lock = lockTimeline(target, timeline);
  const before = lock.findLast(({ change }) => change.revision < created.revision);
  const last = endOf(run);
  const isDuring = ({ change }: LockState) => change === before?.change || isBetween(change, created, last);
  const gaps = gapsOf(lock, uid).filter(({ states }) => states.some(isDuring));
  const taken = gaps.find((gap) => !isTolerated(gap, last, timeline));
  const isCreatedWithout = before === undefined || taken?.states.includes(before) === true;
  if (isCreatedWithout) {
    const message = `${run.key} was created while its execution did not have ${target}`;
    return [{ rule, message, proof: before === undefined ? [created] : [before.change, created] }];
  }
  const [lost] = taken?.states ?? [];
  if (lost === undefined) return [];
  const message = `${run.key} was running when its execution lost ${target}`;
  const proof = [created, lost.change, ...(taken?.restored === undefined ? [] : [taken.restored.change])];
  return [{ rule, message, proof }];
}

/** A period in which an execution does not hold its target's lock. */
interface Gap {
  readonly states: readonly [LockState, ...LockState[]];
  /** Whether the execution held the lock before; if not, nobody can have taken it. */
  readonly wasHeld: boolean;
  readonly restored: LockState | undefined;
}

function gapsOf(timeline: readonly LockState[], uid: string): readonly Gap[] {
  const gaps: Gap[] = [];
  for (let index = 0; index < timeline.length; index += 1) {
    const first = timeline[index];
    if (first === undefined || first.holder === uid) continue;
    const end = timeline.findIndex(({ holder }, later) => later > index && holder === uid);
    const states: Gap['states'] = [first, ...timeline.slice(index + 1, end < 0 ? undefined : end)];
    gaps.push({ states, wasHeld: index > 0, restored: end < 0 ? undefined : timeline[end] });
    index += states.length - 1;
  }
  return gaps;
}

/** The leader's time counts from the administrator's last change, since it may interfere repeatedly. */
function isTolerated({ states, wasHeld, restored }: Gap, runEnd: Change | undefined, timeline: Timeline): boolean {
  const isBeforeEnd = ({ change }: LockState) => runEnd === undefined || change.revision < runEnd.revision;
  const last = states.findLast((state) => state.byAdmin && isBeforeEnd(state));
  if (!wasHeld || !states[0].byAdmin || last === undefined) return false;
  const ends = [restored?.change.at, runEnd?.at, timeline.end].filter((end) => end !== undefined).toSorted();
  return ledSeconds(timeline, last.change.at, ends[0] ?? timeline.end) <= timeline.premises.restorationSeconds;
}

function isBetween({ revision }: Change, created: Change, last: Change | undefined): boolean {
  return revision > created.revision && revision < (last?.revision ?? Infinity);
}
