import type { Config } from '../../config/config.ts';
import type { Phase } from '../../workflow-execution/generated/workflow-execution.ts';
import type { FinishedExecution } from '../history/finished-execution.ts';

/** How long finished executions are kept. */
export type HistoryConfig = Pick<Config, 'ttlSuccessMs' | 'ttlFailureMs' | 'ttlSkippedMs' | 'historyLimit'>;

/** An execution to delete, and whether its TTL has passed or its namespace has too many. */
export interface Expired {
  readonly execution: FinishedExecution;
  readonly reason: 'ttl' | 'limit';
}

/**
 * The finished executions to delete, in any order. One with its own TTL is kept as long as it says, whatever the limit of its
 * namespace.
 *
 * @param now in milliseconds since the epoch
 * @param most maximum of those that a namespace has too many; the oldest
 */
export function expiredExecutions(
  finished: readonly FinishedExecution[],
  config: HistoryConfig,
  now: number,
  most = Infinity,
): readonly Expired[] {
  const expired: Expired[] = [];
  const limited: FinishedExecution[] = [];
  for (const execution of finished) {
    const { metadata, finishedAt, ttlSeconds } = execution;
    if (metadata.deletionTimestamp !== undefined) continue;
    if (finishedAt + ttlMsOf(execution, config) <= now) expired.push({ execution, reason: 'ttl' });
    else if (ttlSeconds === undefined && config.historyLimit > 0) limited.push(execution);
  }
  for (const kept of Map.groupBy(limited, ({ metadata }) => metadata.namespace).values()) {
    const excess = kept.length - config.historyLimit;
    if (excess <= 0) continue;
    const surplus = oldest(kept, Math.min(excess, most), (each) => each);
    for (const execution of surplus) expired.push({ execution, reason: 'limit' });
  }
  return expired;
}

/**
 * The oldest of some items, in any order; those that finished at the same time in the order given. There may be hundreds of
 * thousands: to sort the items instead of their times takes ten times as long.
 *
 * @param count at least 1
 */
export function oldest<T>(
  items: readonly T[],
  count: number,
  executionOf: (item: T) => FinishedExecution,
): readonly T[] {
  const timeOf = (item: T) => executionOf(item).finishedAt;
  const latest = Float64Array.from(items, timeOf).sort()[count - 1] ?? Infinity;
  const older = items.filter((item) => timeOf(item) < latest);
  const last = items.filter((item) => timeOf(item) === latest);
  return [...older, ...last.slice(0, count - older.length)];
}

/** How long a finished execution is kept, in milliseconds; Infinity if it is not deleted. */
export function ttlMsOf({ phase, ttlSeconds }: FinishedExecution, config: HistoryConfig): number {
  if (ttlSeconds !== undefined) return ttlSeconds * 1_000;
  const ttls: Readonly<Partial<Record<Phase, number>>> = {
    Completed: config.ttlSuccessMs,
    Failed: config.ttlFailureMs,
    Skipped: config.ttlSkippedMs,
  };
  return ttls[phase] || Infinity;
}
