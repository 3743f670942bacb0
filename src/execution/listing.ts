import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { ExecutionPage, ListCommand } from './execution.types.ts';
import { comparePositions, decodePageToken, encodePageToken } from './page-token.ts';

/** Page size where none is asked for, and the largest there is (https://google.aip.dev/158). */
export const pageSizes = { default: 50, max: 500 } as const;

/**
 * One page of the executions that a command asks for. A token holds a position rather than a count, so walking the pages
 * neither skips nor repeats an execution while others come and go.
 *
 * @throws ApiError InvalidArgument when the token is not one of this list
 */
export function pageOf(executions: readonly WorkflowExecution[], command: ListCommand): ExecutionPage {
  const { namespace, pageToken } = command;
  const size = Math.min(command.pageSize === 0 ? pageSizes.default : command.pageSize, pageSizes.max);
  const after = pageToken === undefined ? undefined : decodePageToken(pageToken, { namespace });
  const all = executions.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  const left = after === undefined ? all : all.filter(({ metadata }) => comparePositions(after, metadata) < 0);
  const items = left.toSorted((a, b) => comparePositions(a.metadata, b.metadata)).slice(0, size);
  const last = items.at(-1);
  return {
    items,
    total: all.length,
    remaining: left.length - items.length,
    ...(last !== undefined && left.length > items.length
      ? { nextPageToken: encodePageToken(last.metadata, { namespace }) }
      : {}),
  };
}
