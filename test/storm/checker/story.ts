import { at } from '../../cluster/json.ts';
import type { Change, History, Premises } from '../history/change.ts';
import { objectsAt, textAt } from '../history/json.ts';

/** The phases that are never left. */
export const terminalPhases: readonly string[] = ['Completed', 'Failed', 'Skipped'];

/** A WorkflowExecution from its creation to its end, as the history tells it. */
export interface ExecutionStory {
  readonly uid: string;
  /** `namespace/name`. */
  readonly key: string;
  readonly target: string;
  readonly workflowId: string;
  /** Every state it has had, at least one. */
  readonly states: readonly [Change, ...Change[]];
  /** The first state of a terminal phase. */
  readonly ended: Change | undefined;
  readonly gone: Change | undefined;
}

/** A PipelineRun from its creation to its end. */
export interface RunStory {
  readonly uid: string;
  readonly key: string;
  /** UID of the WorkflowExecution that controls it. */
  readonly owner: string | undefined;
  readonly states: readonly [Change, ...Change[]];
  /** The first state in which Tekton says how it ended. */
  readonly finished: Change | undefined;
  readonly gone: Change | undefined;
}

/** A Lease that locks a target, from its creation to its end. */
export interface LockStory {
  readonly states: readonly [Change, ...Change[]];
  readonly gone: Change | undefined;
}

/** Everything that a history tells, by object. */
export interface Story {
  readonly premises: Premises;
  readonly executions: ReadonlyMap<string, ExecutionStory>;
  readonly runs: readonly RunStory[];
  readonly locks: readonly LockStory[];
  /** When the last change was recorded, RFC 3339; empty when there was none. */
  readonly end: string;
}

/** Tells a history by object instead of by time. */
export function tell({ premises, changes }: History): Story {
  const ofKind = (kind: string) => [...lives(changes.filter((change) => change.kind === kind)).values()];
  const executions = ofKind('WorkflowExecution').map(executionStory);
  return {
    premises,
    executions: new Map(executions.map((story) => [story.uid, story])),
    runs: ofKind('PipelineRun').map(runStory),
    locks: ofKind('Lease').filter(isLock(premises)).map(life),
    end: changes.at(-1)?.at ?? '',
  };
}

/** Groups changes by the UID of their objects. */
function lives(changes: readonly Change[]): Map<string, [Change, ...Change[]]> {
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

function executionStory(states: readonly [Change, ...Change[]]): ExecutionStory {
  const { object } = states[0];
  return {
    uid: uidOf(states[0]),
    key: keyOf(states[0]),
    target: textAt(object, 'spec', 'targetResource') ?? '',
    workflowId: textAt(object, 'spec', 'workflowRef', 'workflowId') ?? '',
    ended: states.find((state) => terminalPhases.includes(phaseOf(state))),
    ...life(states),
  };
}

function runStory(states: readonly [Change, ...Change[]]): RunStory {
  return {
    uid: uidOf(states[0]),
    key: keyOf(states[0]),
    owner: ownerOf(states[0]),
    finished: states.find((state) => verdictOf(state) !== undefined),
    ...life(states),
  };
}

function isLock({ lockNamespace }: Premises) {
  return ([{ object }]: readonly [Change, ...Change[]]): boolean =>
    textAt(object, 'metadata', 'namespace') === lockNamespace &&
    textAt(object, 'metadata', 'labels', 'kubernaut.ai/lock') === 'target-resource';
}

function ownerOf({ object }: Change): string | undefined {
  const owners = objectsAt(object, 'metadata', 'ownerReferences');
  return textAt(
    owners.find((owner) => owner['controller'] === true),
    'uid',
  );
}

function uidOf({ object }: Change): string {
  return textAt(object, 'metadata', 'uid') ?? '';
}

/** `namespace/name` of an object. */
export function keyOf({ object }: Change): string {
  return `${textAt(object, 'metadata', 'namespace') ?? ''}/${textAt(object, 'metadata', 'name') ?? ''}`;
}

/** The phase of a WorkflowExecution; Pending while it has no status. */
export function phaseOf({ object }: Change): string {
  return textAt(object, 'status', 'phase') ?? 'Pending';
}

/** What Tekton says of how a PipelineRun ended: `True`, `False`, or nothing as long as it runs. */
export function verdictOf({ object }: Change): 'True' | 'False' | undefined {
  const succeeded = objectsAt(object, 'status', 'conditions').find(({ type }) => type === 'Succeeded');
  const status = at(succeeded, 'status');
  return status === 'True' || status === 'False' ? status : undefined;
}

/** The revision from which on a PipelineRun does nothing any more; infinite when it still runs. */
export function endOfRun({ finished, gone }: RunStory): number {
  return Math.min(finished?.revision ?? Infinity, gone?.revision ?? Infinity);
}

/** The change by which a PipelineRun ended, or else its last one: what proves how long it ran. */
export function lastWordOf(run: RunStory): Change {
  const ends = [run.finished, run.gone].filter((change) => change !== undefined);
  return ends.toSorted((a, b) => a.revision - b.revision)[0] ?? run.states.at(-1) ?? run.states[0];
}

/** The revision from which on an execution has ended, by a terminal phase or by being gone; infinite when it has not. */
export function endOfExecution({ ended, gone }: ExecutionStory): number {
  return Math.min(ended?.revision ?? Infinity, gone?.revision ?? Infinity);
}
