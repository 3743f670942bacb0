import { lockLabel } from '../../../src/locking/lock-lease.ts';
import { leaderLeaseName } from '../../../src/reconciler/installation.ts';
import { at } from '../../cluster/json.ts';
import type { Change, History, RunParameters } from '../history/change.ts';
import { keyOf, ownerOf, uidOf } from '../history/identity.ts';
import { objectsAt, textAt } from '../history/json.ts';
import { markerOf } from '../history/markers.ts';
import { podTimelines } from './pod-timeline.ts';
import type { PodTimeline } from './pod-timeline.ts';
import { canonicalTarget } from './target.ts';

/** The final phases. */
export const terminalPhases: readonly string[] = ['Completed', 'Failed', 'Skipped'];

/** The states of a WorkflowExecution in a history. */
export interface ExecutionTimeline {
  readonly uid: string;
  /** `namespace/name`. */
  readonly key: string;
  /** In canonical form. */
  readonly target: string;
  readonly workflowId: string;
  /** All states in order, at least one. */
  readonly states: readonly [Change, ...Change[]];
  /** The first state with a terminal phase. */
  readonly ended: Change | undefined;
  readonly gone: Change | undefined;
}

/** The states of a PipelineRun in a history. */
export interface RunTimeline {
  readonly uid: string;
  readonly key: string;
  /** UID of the WorkflowExecution that controls it. */
  readonly owner: string | undefined;
  readonly states: readonly [Change, ...Change[]];
  /** The first state with a final Succeeded condition. */
  readonly finished: Change | undefined;
  readonly gone: Change | undefined;
  /**
   * The end of its execution if the PipelineRun was already being deleted: Tekton no longer works on it, and it only waits for
   * the service to remove its finalizer.
   */
  readonly abandoned: Change | undefined;
}

/** The states of a Lease that locks a target. */
export interface LockTimeline {
  readonly states: readonly [Change, ...Change[]];
  readonly gone: Change | undefined;
}

/** A history grouped by object. */
export interface Timeline {
  readonly premises: RunParameters;
  readonly executions: ReadonlyMap<string, ExecutionTimeline>;
  /** PipelineRuns that the service created. */
  readonly runs: readonly RunTimeline[];
  /** PipelineRuns that the administrator created in the service's name. */
  readonly foreignRuns: readonly RunTimeline[];
  /** Pods of the PipelineRuns that the service created. */
  readonly pods: readonly PodTimeline[];
  readonly locks: readonly LockTimeline[];
  /** Every write of the Lease by which the replicas elect a leader. */
  readonly leaderLease: readonly Change[];
  /** Time of the last change, RFC 3339; empty if there is none. */
  readonly end: string;
}

/** Seconds for which a PipelineRun must have been in deletion before its execution may be removed. */
const deletionSeconds = 5;

/** Groups a history by object. */
export function timelineOf({ premises, changes }: History): Timeline {
  const ofKind = (kind: string) => [...byUid(changes.filter((change) => change.kind === kind)).values()];
  const executions = new Map(
    ofKind('WorkflowExecution').map((states) => [uidOf(states[0]), executionTimeline(states)]),
  );
  const allRuns = ofKind('PipelineRun').map((states) => runTimeline(states, executions));
  const runs = allRuns.filter((run) => !isForeign(run));
  return {
    premises,
    executions,
    runs,
    foreignRuns: allRuns.filter(isForeign),
    pods: podTimelines(ofKind('Pod'), ofKind('TaskRun'), runs),
    locks: ofKind('Lease').filter(isLock(premises)).map(life),
    leaderLease: changes.filter(isLeaderLease(premises)),
    end: changes.at(-1)?.at ?? '',
  };
}

function isForeign({ states }: RunTimeline): boolean {
  return markerOf(states[0].object, 'foreignRun') !== undefined;
}

/** Groups changes by the UID of their objects. */
function byUid(changes: readonly Change[]): Map<string, [Change, ...Change[]]> {
  const found = new Map<string, [Change, ...Change[]]>();
  for (const change of changes) {
    const uid = uidOf(change);
    const known = found.get(uid);
    if (known === undefined) found.set(uid, [change]);
    else known.push(change);
  }
  return found;
}

function life(states: readonly [Change, ...Change[]]) {
  return { states, gone: states.find(({ gone }) => gone) };
}

function executionTimeline(states: readonly [Change, ...Change[]]): ExecutionTimeline {
  const { object } = states[0];
  return {
    uid: uidOf(states[0]),
    key: keyOf(states[0]),
    target: canonicalTarget(textAt(object, 'spec', 'targetResource') ?? ''),
    workflowId: textAt(object, 'spec', 'workflowRef', 'workflowId') ?? '',
    ended: states.find((state) => terminalPhases.includes(phaseOf(state))),
    ...life(states),
  };
}

function runTimeline(
  states: readonly [Change, ...Change[]],
  executions: ReadonlyMap<string, ExecutionTimeline>,
): RunTimeline {
  const owner = ownerOf(states[0]);
  const deleted = states.find(({ object }) => textAt(object, 'metadata', 'deletionTimestamp') !== undefined);
  const { ended, gone } = executions.get(owner ?? '') ?? {};
  return {
    uid: uidOf(states[0]),
    key: keyOf(states[0]),
    owner,
    finished: states.find((state) => succeededStatusOf(state) !== undefined),
    abandoned: abandonment(deleted, ended, gone),
    ...life(states),
  };
}

/**
 * Tekton no longer works on a PipelineRun once it has observed the deletion, so one without children only waits for the
 * garbage collector. The service removes the finalizer of its execution after some seconds of deletion (ADR 0010).
 */
function abandonment(deleted?: Change, ended?: Change, gone?: Change): Change | undefined {
  if (deleted === undefined) return undefined;
  if (ended !== undefined && deleted.revision < ended.revision) return ended;
  const seconds = gone === undefined ? 0 : (Date.parse(gone.at) - Date.parse(deleted.at)) / 1_000;
  return seconds >= deletionSeconds ? deleted : undefined;
}

function isLock({ lockNamespace }: RunParameters) {
  return ([{ object }]: readonly [Change, ...Change[]]): boolean =>
    textAt(object, 'metadata', 'namespace') === lockNamespace &&
    textAt(object, 'metadata', 'labels', lockLabel.name) === lockLabel.value;
}

function isLeaderLease({ lockNamespace }: RunParameters) {
  return ({ kind, object }: Change): boolean =>
    kind === 'Lease' &&
    textAt(object, 'metadata', 'namespace') === lockNamespace &&
    textAt(object, 'metadata', 'name') === leaderLeaseName;
}

/** The phase of a WorkflowExecution; Pending while it has no status. */
export function phaseOf({ object }: Change): string {
  return textAt(object, 'status', 'phase') ?? 'Pending';
}

/** Status of a PipelineRun's Succeeded condition: `True`, `False`, or undefined while it runs. */
export function succeededStatusOf({ object }: Pick<Change, 'object'>): 'True' | 'False' | undefined {
  const succeeded = objectsAt(object, 'status', 'conditions').find(({ type }) => type === 'Succeeded');
  const status = at(succeeded, 'status');
  return status === 'True' || status === 'False' ? status : undefined;
}

/** The change that ended a PipelineRun; undefined while it runs. */
export function endOf({ finished, gone, abandoned }: RunTimeline): Change | undefined {
  const ends = [finished, gone, abandoned].filter((change) => change !== undefined);
  return ends.toSorted((a, b) => a.revision - b.revision)[0];
}

/** Revision at which a PipelineRun ended; Infinity while it runs. */
export function endOfRun(run: RunTimeline): number {
  return endOf(run)?.revision ?? Infinity;
}

/** The change that ended a PipelineRun, or else its last change: proof of how long it ran. */
export function lastChangeOf(run: RunTimeline): Change {
  return endOf(run) ?? run.states.at(-1) ?? run.states[0];
}

/** Revision at which an execution reached a terminal phase or was deleted; Infinity if neither happened. */
export function endOfExecution({ ended, gone }: ExecutionTimeline): number {
  return Math.min(ended?.revision ?? Infinity, gone?.revision ?? Infinity);
}
