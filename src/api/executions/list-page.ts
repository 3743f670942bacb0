import { maxPageBytes, pageSizes } from '../../config/limits.ts';
import type { CachedExecution } from './cached-execution.ts';
import type { ExecutionPage, ListCommand } from './commands.ts';
import { filterPredicate, type CanonicalTargets } from './list-filter.ts';
import { comparePositions, decodePageToken, encodePageToken } from './page-token.ts';

/**
 * One page of a list. The page token holds a position, not a count, so that pages neither skip nor repeat an execution while
 * others are created and deleted.
 *
 * @throws ApiError InvalidArgument for an invalid filter or page token
 */
export function listPage(
  executions: readonly CachedExecution[],
  command: ListCommand,
  targets: CanonicalTargets,
): ExecutionPage<CachedExecution> {
  const { namespace, pageToken, filter } = command;
  const matches = filterPredicate(filter, targets);
  const size = Math.min(command.pageSize === 0 ? pageSizes.default : command.pageSize, pageSizes.max);
  const after = pageToken === undefined ? undefined : decodePageToken(pageToken, { namespace, filter });
  const all = executions.filter(
    (execution) => (namespace === undefined || execution.metadata.namespace === namespace) && matches(execution),
  );
  const left = after === undefined ? all : all.filter(({ metadata }) => comparePositions(after, metadata) < 0);
  const items = withinMaxBytes(firstOf(left, size));
  const last = items.at(-1);
  return {
    items,
    total: all.length,
    remaining: left.length - items.length,
    ...(last !== undefined && left.length > items.length
      ? { nextPageToken: encodePageToken(last.metadata, { namespace, filter }) }
      : {}),
  };
}

/** The first executions in list order. With 10,000 executions this takes a tenth of the time of sorting all of them. */
export function firstOf(executions: readonly CachedExecution[], size: number): CachedExecution[] {
  const first: CachedExecution[] = [];
  for (const execution of executions) {
    const last = first[size - 1];
    if (last !== undefined && comparePositions(last.metadata, execution.metadata) < 0) continue;
    first.splice(insertionIndex(execution, first), 0, execution);
    if (first.length > size) first.pop();
  }
  return first;
}

/** By binary search. */
function insertionIndex({ metadata }: CachedExecution, ordered: readonly CachedExecution[]): number {
  let [from, to] = [0, ordered.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = ordered[middle];
    if (other !== undefined && comparePositions(other.metadata, metadata) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

function withinMaxBytes(executions: readonly CachedExecution[]): CachedExecution[] {
  let bytes = 0;
  const end = executions.findIndex((execution, index) => {
    bytes += execution.jsonBytes + 1;
    return bytes > maxPageBytes && index > 0;
  });
  return executions.slice(0, end < 0 ? undefined : end);
}
