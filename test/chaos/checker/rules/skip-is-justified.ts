import { at } from '../../../cluster/json.ts';
import type { Change } from '../../history/change.ts';
import { textAt } from '../../history/json.ts';
import { endOfExecution, phaseOf } from '../timeline.ts';
import type { ExecutionTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** API times are truncated to seconds, so a difference is off by up to a second. */
const precisionMs = 1000;

/** Finds executions that were skipped without a valid reason. */
export function skipIsJustified({ executions, premises }: Timeline): Violation[] {
  const all = [...executions.values()];
  return all.flatMap((skipped) => {
    if (skipped.ended === undefined || phaseOf(skipped.ended) !== 'Skipped') return [];
    const { ended } = skipped;
    const named = namedBy(ended, all);
    const objectTo = (other: ExecutionTimeline) =>
      objectToTarget(skipped, other) ?? objectToReason(skipped, ended, other, premises.cooldownSeconds);
    const objection = namesNobody(ended)
      ? objectToSilence(all.filter((other) => namespaceOf(other) !== namespaceOf(skipped)).map(objectTo))
      : (objectToName(skipped, named) ?? (named && objectTo(named)));
    return objection === undefined ? [] : [violation(skipped, ended, named, objection)];
  });
}

/** A skip never names an execution of another namespace; one without a name must be due to such an execution. */
function objectToSilence(objections: readonly (string | undefined)[]): string | undefined {
  return objections.includes(undefined)
    ? undefined
    : 'names no execution, and no execution of another namespace is a reason';
}

function objectToName(skipped: ExecutionTimeline, named: ExecutionTimeline | undefined): string | undefined {
  if (named === undefined || named === skipped) return 'names no other execution';
  return namespaceOf(named) === namespaceOf(skipped) ? undefined : `names ${named.key}, which is in another namespace`;
}

function namespaceOf({ key }: ExecutionTimeline): string {
  return key.split('/', 1)[0] ?? '';
}

function namesNobody({ object }: Change): boolean {
  return at(object, 'status', 'skip', 'conflictingExecution') === undefined;
}

function namedBy({ object }: Change, all: readonly ExecutionTimeline[]): ExecutionTimeline | undefined {
  const other = at(object, 'status', 'skip', 'conflictingExecution');
  const [uid, key] = [textAt(other, 'uid'), `${textAt(other, 'namespace')}/${textAt(other, 'name')}`];
  return all.find((timeline) => timeline.key === key && (uid === undefined || timeline.uid === uid));
}

function objectToTarget({ target }: ExecutionTimeline, named: ExecutionTimeline): string | undefined {
  return target === named.target ? undefined : `names ${named.key}, which is about ${named.target}`;
}

function objectToReason(
  skipped: ExecutionTimeline,
  skip: Change,
  named: ExecutionTimeline,
  cooldownSeconds: number,
): string | undefined {
  const reason = textAt(skip.object, 'status', 'skip', 'reason');
  if (reason === 'ResourceBusy') return objectToBusy(skipped, skip, named);
  return reason === 'RecentlyRemediated' ? objectToCooldown(skipped, skip, named, cooldownSeconds) : 'has no reason';
}

/** A target is busy if its holder was unfinished at some time between the creation and the skip. */
function objectToBusy(skipped: ExecutionTimeline, skip: Change, named: ExecutionTimeline): string | undefined {
  const began = named.states[0].revision;
  if (began < skip.revision && endOfExecution(named) > skipped.states[0].revision) return undefined;
  return `names ${named.key} as holder, which had already ended`;
}

function objectToCooldown(
  skipped: ExecutionTimeline,
  skip: Change,
  named: ExecutionTimeline,
  cooldownSeconds: number,
): string | undefined {
  if (named.workflowId !== skipped.workflowId) return `names ${named.key}, which ran ${named.workflowId}`;
  const end = endOfSteps(named);
  if (end === undefined) return `names ${named.key}, which has not completed`;
  const agoMs = Date.parse(textAt(skip.object, 'status', 'skip', 'skippedAt') ?? skip.at) - Date.parse(end);
  return agoMs < cooldownSeconds * 1000 + precisionMs
    ? undefined
    : `names ${named.key}, which ended ${agoMs / 1000} s before, and the cooldown is ${cooldownSeconds} s`;
}

/** End of an execution's steps; for one that was deleted while running, before its removal. */
function endOfSteps({ ended, gone }: ExecutionTimeline): string | undefined {
  if (ended !== undefined) return textAt(ended.object, 'status', 'completionTime');
  return textAt(gone?.object, 'status', 'startTime') === undefined ? undefined : gone?.at;
}

function violation(
  { key, states }: ExecutionTimeline,
  skip: Change,
  named: ExecutionTimeline | undefined,
  objection: string,
): Violation {
  const theirs = [named?.states[0], named?.ended, named?.gone].filter((change) => change !== undefined);
  return {
    rule: 'A skip names a real reason',
    message: `the skip of ${key} ${objection}`,
    proof: [states[0], skip, ...theirs],
  };
}
