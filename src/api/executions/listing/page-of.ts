import type { WorkflowExecution } from '../../../workflow-execution/generated/workflow-execution.ts';
import type { ExecutionPage, ListCommand } from '../execution.types.ts';
import { matcherOf, type CanonicalTargets } from './filter.ts';
import { comparePositions, decodePageToken, encodePageToken } from './page-token.ts';

/** Page size where none is asked for, and the largest there is (https://google.aip.dev/158). */
export const pageSizes = { default: 50, max: 500 } as const;

/**
 * The most that the executions of a page take as JSON, in bytes; over gRPC they take less. Clients of gRPC refuse more than
 * 4 MiB by default. A page has at least one execution, which etcd keeps below 1.5 MiB.
 */
export const maxPageBytes = 2_000_000;

/**
 * One page of the executions that a command asks for. A token holds a position rather than a count, so walking the pages
 * neither skips nor repeats an execution while others come and go.
 *
 * @throws ApiError InvalidArgument when a filter breaks its rule, or the token is not one of this list
 */
export function pageOf(
  executions: readonly WorkflowExecution[],
  command: ListCommand,
  targets: CanonicalTargets,
): ExecutionPage {
  const { namespace, pageToken, filter } = command;
  const matches = matcherOf(filter, targets);
  const size = Math.min(command.pageSize === 0 ? pageSizes.default : command.pageSize, pageSizes.max);
  const after = pageToken === undefined ? undefined : decodePageToken(pageToken, { namespace, filter });
  const all = executions.filter(
    (execution) => (namespace === undefined || execution.metadata.namespace === namespace) && matches(execution),
  );
  const left = after === undefined ? all : all.filter(({ metadata }) => comparePositions(after, metadata) < 0);
  const items = fitting(firstOf(left, size));
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

/**
 * The first `size` executions in order. Most of a long list comes after the last one of a page and costs one comparison:
 * with 10,000 executions this takes a tenth of the time that sorting them all does.
 */
function firstOf(executions: readonly WorkflowExecution[], size: number): WorkflowExecution[] {
  const first: WorkflowExecution[] = [];
  for (const execution of executions) {
    const last = first[size - 1];
    if (last !== undefined && comparePositions(last.metadata, execution.metadata) < 0) continue;
    first.splice(placeOf(execution, first), 0, execution);
    if (first.length > size) first.pop();
  }
  return first;
}

/** As many of the executions, in their order, as one page has room for. */
function fitting(executions: readonly WorkflowExecution[]): WorkflowExecution[] {
  let bytes = 0;
  const end = executions.findIndex((execution, index) => {
    bytes += sizeOf(execution);
    return bytes > maxPageBytes && index > 0;
  });
  return executions.slice(0, end < 0 ? undefined : end);
}

const sizes = new WeakMap<WorkflowExecution, number>();

/** Bytes of an execution as JSON. Executions are never modified, so that each is measured once. */
export function sizeOf(execution: WorkflowExecution): number {
  const size = sizes.get(execution) ?? Buffer.byteLength(JSON.stringify(execution)) + 1;
  sizes.set(execution, size);
  return size;
}

/** What the executions of a page take, as {@link maxPageBytes} has it. */
export function pageBytes({ items }: ExecutionPage): number {
  return items.reduce((bytes, execution) => bytes + sizeOf(execution), 0);
}

/** Where an execution belongs among others that are in order. */
function placeOf({ metadata }: WorkflowExecution, ordered: readonly WorkflowExecution[]): number {
  let [from, to] = [0, ordered.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = ordered[middle];
    if (other !== undefined && comparePositions(other.metadata, metadata) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
