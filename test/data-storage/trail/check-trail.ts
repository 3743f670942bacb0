import type { Row } from '../rows/row.ts';
import { checkExecution } from './execution-rules.ts';
import { checkChain, checkRow, checkTimes } from './trail-rules.ts';
import type { ExpectedExecution, Violation } from './violation.ts';

/**
 * Everything that is wrong with an audit trail. It depends on its arguments only, so that a trail can be checked again.
 *
 * @param rows all that is stored, in the order of arrival
 * @param expected all executions that there were, each with all events that it has to have left
 */
export function checkTrail(rows: readonly Row[], expected: readonly ExpectedExecution[]): Violation[] {
  const byExecution = Map.groupBy(rows, keyOfRow);
  const known = new Set(expected.map(keyOfExecution));
  const strangers = rows.filter((row) => !known.has(keyOfRow(row)));
  const byCorrelationId = Map.groupBy(rows, ({ event }) => event.correlation_id);
  return [
    ...expected.flatMap((execution) => checkExecution(execution, byExecution.get(keyOfExecution(execution)) ?? [])),
    ...strangers.map((row): Violation => ({ rule: 'unexpected', row })),
    ...[...byCorrelationId.values()].flatMap(checkChain),
    ...[...byExecution.values()].flatMap(checkTimes),
    ...rows.flatMap(checkRow),
  ];
}

function keyOfRow({ event }: Row): string {
  return JSON.stringify([event.namespace, event.resource_id, event.correlation_id]);
}

function keyOfExecution({ namespace, name, correlationId }: ExpectedExecution): string {
  return JSON.stringify([namespace, name, correlationId]);
}
