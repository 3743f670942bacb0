import { stringOf } from '../../../src/kubernetes/json.ts';
import { moments } from '../contract/vocabulary.ts';
import type { Row } from '../rows/row.ts';
import type { ExpectedExecution, ExpectedKind, Violation } from './violation.ts';

/** The order of events within an execution; those of the same place exclude each other. */
const places: Readonly<Record<string, number>> = {
  [moments.accepted.event_type]: 0,
  [moments.started.event_type]: 1,
  [moments.completed.event_type]: 2,
  [moments.failed.event_type]: 2,
};

/** What is wrong with the events of one execution, given all rows of it in the order of arrival. */
export function checkExecution(execution: ExpectedExecution, rows: readonly Row[]): Violation[] {
  const unexpected = rows.filter((row) => !execution.kinds.some((kind) => isOf(kind, row)));
  return [
    ...execution.kinds.flatMap((kind) => onceOnly(execution, kind, rows)),
    ...unexpected.map((row): Violation => ({ rule: 'unexpected', row })),
    ...inOrder(execution, rows),
  ];
}

function onceOnly(execution: ExpectedExecution, kind: ExpectedKind, rows: readonly Row[]): Violation[] {
  const found = rows.filter((row) => isOf(kind, row));
  if (found.length === 0) return [{ rule: 'missing', execution, kind }];
  return found.length === 1 ? [] : [{ rule: 'doubled', execution, kind, rows: found }];
}

/** Only the first of doubled events counts, so that one fault is reported once. */
function inOrder(execution: ExpectedExecution, rows: readonly Row[]): Violation[] {
  const firsts = [...Map.groupBy(rows, placeOf).values()].flatMap(([first]) => first ?? []);
  return firsts.slice(1).flatMap((later, index): Violation[] => {
    const earlier = firsts[index];
    if (earlier === undefined || placeOf(earlier) < placeOf(later)) return [];
    return [{ rule: 'out-of-order', execution, earlier, later }];
  });
}

function placeOf({ event }: Row): number {
  return places[event.event_type] ?? Infinity;
}

function isOf(kind: ExpectedKind, { event }: Row): boolean {
  const { event_type, event_action, event_outcome, event_data } = event;
  const { phase, failure_reason: reason } = event_data;
  return (
    event_type === kind.event_type &&
    event_action === kind.event_action &&
    event_outcome === kind.event_outcome &&
    phase === kind.phase &&
    (kind.failure_reason === undefined || stringOf(reason) === kind.failure_reason)
  );
}
