import { targetAnnotation } from '../../../src/locking/lock-lease.ts';
import { at, isObject } from '../../cluster/json.ts';
import type { Change, RecordedKind } from '../history/change.ts';
import { keyOf } from '../history/identity.ts';
import { objectsAt, textAt } from '../history/json.ts';
import { phaseOf } from './timeline.ts';
import type { Timeline } from './timeline.ts';

/** A broken rule and the changes that prove it. */
export interface Violation {
  /** The rule, in words. */
  readonly rule: string;
  readonly message: string;
  readonly proof: readonly Change[];
}

/** Finds violations of one rule. */
export type Rule = (timeline: Timeline) => Violation[];

/** A violation as text, with the lines of the history that prove it. */
export function describeViolation({ rule, message, proof }: Violation): string {
  const ordered = proof.toSorted((a, b) => a.revision - b.revision);
  return [`${rule}: ${message}`, ...ordered.map((change) => `    ${describeChange(change)}`)].join('\n');
}

function describeChange(change: Change): string {
  const { line, revision, at, kind, gone } = change;
  const place = `line ${line}, revision ${revision}, ${at.slice(11, 23)}`;
  return `${place}: ${kind} ${keyOf(change)} ${gone ? 'is gone; last ' : ''}${stateOf(change)}`;
}

function stateOf(change: Change): string {
  const { kind, object } = change;
  const deleting = textAt(object, 'metadata', 'deletionTimestamp') === undefined ? '' : ', being deleted';
  return `${descriptions[kind](change)}${deleting}`;
}

const descriptions: Readonly<Record<RecordedKind, (change: Change) => string>> = {
  WorkflowExecution: executionStateOf,
  PipelineRun: runStateOf,
  TaskRun: runStateOf,
  Pod: podStateOf,
  Lease: lockStateOf,
};

function podStateOf({ object }: Change): string {
  const containers = objectsAt(object, 'status', 'containerStatuses').map(
    (container) => `${textAt(container, 'name') ?? '?'} ${Object.keys(recordAt(container, 'state')).join()}`,
  );
  return [textAt(object, 'status', 'phase') ?? '', ...containers].join(', ');
}

function recordAt(value: unknown, name: string): object {
  const found = at(value, name);
  return isObject(found) ? found : {};
}

function lockStateOf({ object }: Change): string {
  const target = textAt(object, 'metadata', 'annotations', targetAnnotation) ?? '?';
  return `locks ${target} for ${textAt(object, 'spec', 'holderIdentity') || 'none'}`;
}

function runStateOf({ object }: Change): string {
  const condition = objectsAt(object, 'status', 'conditions').find(({ type }) => type === 'Succeeded');
  const [status, reason] = [textAt(condition, 'status') ?? 'unset', textAt(condition, 'reason') ?? ''];
  return `Succeeded ${status} ${reason}`.trimEnd();
}

function executionStateOf(change: Change): string {
  const { object } = change;
  const [target, workflow] = [
    textAt(object, 'spec', 'targetResource'),
    textAt(object, 'spec', 'workflowRef', 'workflowId'),
  ];
  const reason = textAt(object, 'status', 'failure', 'reason') ?? textAt(object, 'status', 'skip', 'reason');
  return `${phaseOf(change)}${reason === undefined ? '' : ` (${reason})`}, ${workflow ?? '?'} on ${target ?? '?'}`;
}
