import { at } from '../../cluster/json.ts';
import type { Change, History, RunParameters } from '../history/change.ts';
import { keyOf, ownerOf, uidOf } from '../history/identity.ts';
import { objectsAt, textAt } from '../history/json.ts';
import { markerOf } from '../history/markers.ts';
import { podTimelines } from './pod-timeline.ts';
import type { PodTimeline } from './pod-timeline.ts';
import { canonicalTarget } from './target.ts';

/** The phases that are never left. */
export const terminalPhases: readonly string[] = ['Completed', 'Failed', 'Skipped'];

/** A WorkflowExecution from its creation to its end, as the history tells it. */
export interface ExecutionTimeline {
  readonly uid: string;
  /** `namespace/name`. */
  readonly key: string;
  /** In its canonical form. */
  readonly target: string;
  readonly workflowId: string;
  /** Every state it has had, at least one. */
  readonly states: readonly [Change, ...Change[]];
  /** The first state of a terminal phase. */
  readonly ended: Change | undefined;
  readonly gone: Change | undefined;
}

/** A PipelineRun from its creation to its end. */
export interface RunTimeline {
  readonly uid: string;
  readonly key: string;
  /** UID of the WorkflowExecution that controls it. */
  readonly owner: string | undefined;
  readonly states: readonly [Change, ...Change[]];
  /** The first state in which Tekton says how it ended. */
  readonly finished: Change | undefined;
  readonly gone: Change | undefined;
  /**
   * The end of its execution, when the PipelineRun was being deleted by then: Tekton does nothing more for it, and it stays
   * only until the service removes its finalizer.
   */
  readonly abandoned: Change | undefined;
}

/** A Lease that locks a target, from its creation to its end. */
export interface LockTimeline {
  readonly states: readonly [Change, ...Change[]];
  readonly gone: Change | undefined;
}

/** Everything that a history tells, by object. */
export interface Timeline {
  readonly premises: RunParameters;
  readonly executions: ReadonlyMap<string, ExecutionTimeline>;
  /** PipelineRuns that the service created. */
  readonly runs: readonly RunTimeline[];
  /** PipelineRuns that the neighbour created in the name of the service. */
  readonly foreignRuns: readonly RunTimeline[];
  /** Pods of the PipelineRuns that the service created. */
  readonly pods: readonly PodTimeline[];
  readonly locks: readonly LockTimeline[];
  /** Every write of the Lease by which the replicas elect a leader. */
  readonly leaderLease: readonly Change[];
  /** When the last change was recorded, RFC 3339; empty when there was none. */
  readonly end: string;
}

/** How long a PipelineRun has to be in deletion before its execution may be removed, in seconds. */
const deletionSeconds = 5;

/** Tells a history by object instead of by time. */
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
 * Tekton does nothing more for a PipelineRun that it has seen being deleted, so one whose children are gone only waits for the
 * garbage collector. The service lets go of its execution when it has been in deletion for some seconds (ADR 0010).
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
    textAt(object, 'metadata', 'labels', 'kubernaut.ai/lock') === 'target-resource';
}

function isLeaderLease({ lockNamespace }: RunParameters) {
  return ({ kind, object }: Change): boolean =>
    kind === 'Lease' &&
    textAt(object, 'metadata', 'namespace') === lockNamespace &&
    textAt(object, 'metadata', 'name') === 'workflow-execution-leader';
}

/** The phase of a WorkflowExecution; Pending while it has no status. */
export function phaseOf({ object }: Change): string {
  return textAt(object, 'status', 'phase') ?? 'Pending';
}

/** What Tekton says of how a PipelineRun ended: `True`, `False`, or nothing as long as it runs. */
export function succeededStatusOf({ object }: Pick<Change, 'object'>): 'True' | 'False' | undefined {
  const succeeded = objectsAt(object, 'status', 'conditions').find(({ type }) => type === 'Succeeded');
  const status = at(succeeded, 'status');
  return status === 'True' || status === 'False' ? status : undefined;
}

/** The change by which a PipelineRun ended; undefined when it still runs. */
export function endOf({ finished, gone, abandoned }: RunTimeline): Change | undefined {
  const ends = [finished, gone, abandoned].filter((change) => change !== undefined);
  return ends.toSorted((a, b) => a.revision - b.revision)[0];
}

/** The revision from which on a PipelineRun does nothing any more; infinite when it still runs. */
export function endOfRun(run: RunTimeline): number {
  return endOf(run)?.revision ?? Infinity;
}

/** The change by which a PipelineRun ended, or else its last one: what proves how long it ran. */
export function lastChangeOf(run: RunTimeline): Change {
  return endOf(run) ?? run.states.at(-1) ?? run.states[0];
}

/** The revision from which on an execution has ended, by a terminal phase or by being gone; infinite when it has not. */
export function endOfExecution({ ended, gone }: ExecutionTimeline): number {
  return Math.min(ended?.revision ?? Infinity, gone?.revision ?? Infinity);
}
