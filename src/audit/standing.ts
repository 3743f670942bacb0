import type { ConditionUpdate } from '../workflow-execution/conditions.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { EventKind } from './audit-event.ts';
import type { Final, FinalState } from './outbox.ts';

/** How the events of an execution stand. */
export interface Standing {
  /** Whether nothing is left to be done for them. */
  readonly settled: boolean;
  /** What the condition AuditRecorded has to say; absent when there is nothing new. */
  readonly told?: ConditionUpdate;
}

const type = 'AuditRecorded';

const faults: Readonly<Record<Exclude<FinalState, 'recorded'>, { readonly reason: string; readonly what: string }>> = {
  refused: { reason: 'EventRefused', what: 'was refused' },
  notConfirmed: { reason: 'NotConfirmed', what: 'was queued by the data storage service and did not come to be there' },
  tooOld: { reason: 'TooOld', what: 'has become too old to be taken' },
  abandoned: { reason: 'Abandoned', what: 'was not recorded before the execution was deleted' },
};

/** Reasons of the condition after which nothing more is done. */
const lastReasons: ReadonlySet<string> = new Set([
  'Recorded',
  'Logged',
  ...Object.values(faults).map(({ reason }) => reason),
]);

/** Whether an execution says of itself that its events are done with. */
export function isSettled({ status }: WorkflowExecution): boolean {
  return status?.conditions?.some((condition) => condition.type === type && lastReasons.has(condition.reason)) ?? false;
}

/**
 * What the condition says once all events of an execution are done with.
 *
 * @param finals how they came out, at least one
 * @param recordedReason the reason for events that are all where they should be
 */
export function verdict(finals: ReadonlyMap<EventKind, Final>, recordedReason: string): ConditionUpdate {
  const faulty = [...finals].flatMap(([kind, { state, detail }]) =>
    state === 'recorded' ? [] : [{ ...faults[state], kind, detail }],
  );
  const [first] = faulty;
  if (first === undefined) {
    const place = recordedReason === 'Logged' ? 'log: no data storage is configured' : 'audit trail';
    const message = `All ${finals.size} audit events are in the ${place}`;
    return { type, status: 'True', reason: recordedReason, message };
  }
  const told = faulty.map(({ kind, what, detail }) => `The event "${kind}" ${what}${detail && ` (${detail})`}`);
  const advice = 'It is in the log of this service, whole';
  return { type, status: 'False', reason: first.reason, message: `${told.join('. ')}. ${advice}.` };
}

/** What the condition says while events are in the queue of the data storage service. */
export function queued(): ConditionUpdate {
  const message = 'The data storage service has queued audit events; it is asked until they are there';
  return { type, status: 'Unknown', reason: 'Queued', message };
}

/** What the condition says while the data storage service refuses this service. */
export function refused(detail: string): ConditionUpdate {
  const message = `The data storage service refuses the audit events, they are sent again: ${detail}`;
  return { type, status: 'False', reason: 'Refused', message };
}
