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
 * The finished executions to delete, oldest first. One with its own TTL is kept as long as it says, whatever the limit of its
 * namespace.
 *
 * @param now in milliseconds since the epoch
 */
export function expiredExecutions(
  finished: readonly FinishedExecution[],
  config: HistoryConfig,
  now: number,
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
    kept.sort(byAge);
    for (const execution of kept.slice(0, excess)) expired.push({ execution, reason: 'limit' });
  }
  return expired.sort((a, b) => byAge(a.execution, b.execution));
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

function byAge(a: FinishedExecution, b: FinishedExecution): number {
  return a.finishedAt - b.finishedAt;
}
