import { nanosecondsOf } from '../contract/timestamp.ts';
import { contractFaults } from '../contract/validate.ts';
import { hashOf } from '../rows/row.ts';
import type { Row } from '../rows/row.ts';
import type { Violation } from './violation.ts';

/** What is wrong with the hashes of the rows of one correlation id, given in the order of arrival. */
export function checkChain(rows: readonly Row[]): Violation[] {
  return rows.flatMap((row, index) => chained(row, rows[index - 1]));
}

/**
 * What is wrong with the times of the rows of one execution, given in the order of arrival: they strictly increase. Executions that share a
 * correlation id are reconciled side by side, so that between them a second may begin in either order.
 */
export function checkTimes(rows: readonly Row[]): Violation[] {
  return rows.flatMap((row, index) => {
    const previous = rows[index - 1];
    return previous === undefined ? [] : forwards(previous, row);
  });
}

/** What is wrong with one row by itself. */
export function checkRow(row: Row): Violation[] {
  const faults = contractFaults(row.event);
  return faults.length === 0 ? [] : [{ rule: 'invalid', row, faults }];
}

function chained(row: Row, previous: Row | undefined): Violation[] {
  return row.hash === hashOf(previous?.hash, row.event) ? [] : [{ rule: 'broken-chain', row }];
}

function forwards(earlier: Row, later: Row): Violation[] {
  const by = nanosecondsOf(later.event.event_timestamp) - nanosecondsOf(earlier.event.event_timestamp);
  // A doubled event has the same time, and is reported as doubled.
  const isDoubled = by === 0n && later.event.event_type === earlier.event.event_type;
  return by <= 0n && !isDoubled ? [{ rule: 'backwards', earlier, later }] : [];
}
