import { maxPageBytes, pageSizes } from '../../config/limits.ts';
import type { CachedExecution } from './cached-execution.ts';
import type { ExecutionPage, ListCommand } from './commands.ts';
import { filterPredicate, type CanonicalTargets } from './list-filter.ts';
import { FirstInOrder } from './first-in-order.ts';
import { comparePositions, decodePageToken, encodePageToken, type Position } from './page-token.ts';

/**
 * Builds one page of a list from all executions, which are added one by one. The page token holds a position, not a count, so
 * that pages neither skip nor repeat an execution while others are created and deleted.
 */
export class PageBuilder {
  private readonly matches: (execution: CachedExecution) => boolean;
  private readonly after: Position | undefined;
  private readonly first: FirstInOrder<CachedExecution>;
  private total = 0;
  private left = 0;

  /** @throws ApiError InvalidArgument for an invalid filter or page token */
  constructor(
    private readonly command: ListCommand,
    targets: CanonicalTargets,
  ) {
    const { namespace, pageToken, pageSize, filter } = command;
    this.matches = filterPredicate(filter, targets);
    this.after = pageToken === undefined ? undefined : decodePageToken(pageToken, { namespace, filter });
    this.first = firstExecutions(Math.min(pageSize === 0 ? pageSizes.default : pageSize, pageSizes.max));
  }

  add(execution: CachedExecution): void {
    const { metadata } = execution;
    const { namespace } = this.command;
    if ((namespace !== undefined && metadata.namespace !== namespace) || !this.matches(execution)) return;
    this.total += 1;
    if (this.after !== undefined && comparePositions(this.after, metadata) >= 0) return;
    this.left += 1;
    this.first.add(execution);
  }

  /** The page of the executions that were added. */
  build(): ExecutionPage<CachedExecution> {
    const { namespace, filter } = this.command;
    const items = withinMaxBytes(this.first.list());
    const remaining = this.left - items.length;
    const last = items.at(-1);
    return {
      items,
      total: this.total,
      remaining,
      ...(last !== undefined && remaining > 0
        ? { nextPageToken: encodePageToken(last.metadata, { namespace, filter }) }
        : {}),
    };
  }
}

/** The first executions in list order. */
export function firstExecutions(size: number): FirstInOrder<CachedExecution> {
  return new FirstInOrder(size, (a, b) => comparePositions(a.metadata, b.metadata));
}

function withinMaxBytes(executions: readonly CachedExecution[]): CachedExecution[] {
  let bytes = 0;
  const end = executions.findIndex((execution, index) => {
    bytes += execution.jsonBytes + 1;
    return bytes > maxPageBytes && index > 0;
  });
  return executions.slice(0, end < 0 ? undefined : end);
}
