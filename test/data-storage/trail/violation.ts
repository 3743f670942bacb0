import type { ContractFault } from '../contract/validate.ts';
import { describeContractFault } from '../contract/validate.ts';
import type { Row } from '../rows/row.ts';

/** An event that an execution has to have, by what distinguishes it from others. */
export interface ExpectedKind {
  readonly event_type: string;
  readonly event_action: string;
  readonly event_outcome: string;
  readonly phase: string;
  /** Any, or none, when it is left out. */
  readonly failure_reason?: string;
}

/** An execution and the events that it has to have. */
export interface ExpectedExecution {
  readonly namespace: string;
  readonly name: string;
  readonly correlationId: string;
  readonly kinds: readonly ExpectedKind[];
}

/** A violation in an audit trail. */
export type Violation =
  | { readonly rule: 'missing'; readonly execution: ExpectedExecution; readonly kind: ExpectedKind }
  | {
      readonly rule: 'doubled';
      readonly execution: ExpectedExecution;
      readonly kind: ExpectedKind;
      readonly rows: readonly Row[];
    }
  | { readonly rule: 'unexpected'; readonly row: Row }
  | { readonly rule: 'out-of-order'; readonly execution: ExpectedExecution; readonly earlier: Row; readonly later: Row }
  | { readonly rule: 'backwards'; readonly earlier: Row; readonly later: Row }
  | { readonly rule: 'broken-chain'; readonly row: Row }
  | { readonly rule: 'invalid'; readonly row: Row; readonly faults: readonly ContractFault[] };

/** A violation for people, in one line. */
export function describeViolation(violation: Violation): string {
  switch (violation.rule) {
    case 'missing':
      return `${nameOf(violation.execution)} has no ${describeKind(violation.kind)}`;
    case 'doubled': {
      const ids = violation.rows.map(({ event_id }) => event_id).join(', ');
      return `${nameOf(violation.execution)} has ${violation.rows.length} times ${describeKind(violation.kind)}: ${ids}`;
    }
    case 'unexpected':
      return `unexpected: ${describeRow(violation.row)}`;
    case 'out-of-order':
      return `${nameOf(violation.execution)}: ${describeRow(violation.earlier)} arrived before ${describeRow(violation.later)}`;
    case 'backwards':
      return (
        `time does not increase from ${timeOf(violation.earlier)} to ${timeOf(violation.later)}, ` +
        `with ${describeRow(violation.later)}`
      );
    case 'broken-chain':
      return `the hash does not follow from the row before and the event of ${describeRow(violation.row)}`;
    case 'invalid':
      return `${describeRow(violation.row)}: ${violation.faults.map(describeContractFault).join('; ')}`;
  }
}

function nameOf({ namespace, name, correlationId }: ExpectedExecution): string {
  return `${namespace}/${name} (${correlationId})`;
}

function describeKind({ event_type, event_action, event_outcome, phase, failure_reason }: ExpectedKind): string {
  const reason = failure_reason === undefined ? '' : ` for ${failure_reason}`;
  return `${event_type} ${event_action}/${event_outcome} in ${phase}${reason}`;
}

function describeRow({ event_id, event }: Row): string {
  const { namespace = '?', resource_id = '?', event_type, event_action } = event;
  return `${event_type} ${event_action} of ${namespace}/${resource_id} (${event_id})`;
}

function timeOf({ event }: Row): string {
  return event.event_timestamp;
}
