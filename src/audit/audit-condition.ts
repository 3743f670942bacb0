import type { ConditionUpdate } from '../workflow-execution/conditions.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { EventKind } from './audit-event.ts';
import type { EventState, Final, LossReason } from './event-state.ts';

const type = 'AuditRecorded';

const losses: Readonly<Record<LossReason, { readonly reason: string; readonly what: string }>> = {
  refused: { reason: 'EventRefused', what: 'was refused' },
  notConfirmed: { reason: 'NotConfirmed', what: 'was queued by the data storage service and never stored' },
  tooOld: { reason: 'TooOld', what: 'is too old to be accepted' },
  abandoned: { reason: 'Abandoned', what: 'was not recorded before the execution was deleted' },
};

/** The final reasons of the condition. */
const finalReasons: ReadonlySet<string> = new Set([
  'Recorded',
  'Logged',
  ...Object.values(losses).map(({ reason }) => reason),
]);

/** Whether the condition AuditRecorded of an execution is final. */
export function isAuditFinal({ status }: WorkflowExecution): boolean {
  return (
    status?.conditions?.some((condition) => condition.type === type && finalReasons.has(condition.reason)) ?? false
  );
}

/**
 * The final condition.
 *
 * @param events the final states of all events, at least one
 * @param recordedReason the reason if all are recorded
 */
export function finalCondition(events: ReadonlyMap<EventKind, Final>, recordedReason: string): ConditionUpdate {
  const lost = [...events].flatMap(([kind, { state, detail }]) =>
    state === 'recorded' ? [] : [{ ...losses[state], kind, detail }],
  );
  const [first] = lost;
  if (first === undefined) {
    const place = recordedReason === 'Logged' ? 'log: no data storage is configured' : 'audit trail';
    return {
      type,
      status: 'True',
      reason: recordedReason,
      message: `All ${events.size} audit events are in the ${place}`,
    };
  }
  const sentences = lost.map(({ kind, what, detail }) => `The event "${kind}" ${what}${detail && ` (${detail})`}`);
  const message = `${sentences.join('. ')}. The log of this service has it in full.`;
  return { type, status: 'False', reason: first.reason, message };
}

/** The condition while events are not final; undefined if there is nothing to say. */
export function interimCondition(
  events: readonly EventState[],
  refusal: string | undefined,
): ConditionUpdate | undefined {
  if (events.some(({ state }) => state === 'accepted')) {
    const message = 'The data storage service has queued audit events but not stored them yet';
    return { type, status: 'Unknown', reason: 'Queued', message };
  }
  if (refusal === undefined) return undefined;
  const message = `The data storage service refuses the audit events, they are sent again: ${refusal}`;
  return { type, status: 'False', reason: 'Refused', message };
}
