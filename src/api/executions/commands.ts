import type {
  CancelMode,
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../workflow-execution/generated/workflow-execution.ts';
import type { Preflight } from '../preflight/preflight.ts';
import type { ExecutionKey } from '../resource/names.ts';
import type { ListFilter } from './list-filter.ts';

/** Creates an execution. Everything in it has been validated, except for rules that only the API server can check. */
export interface CreateCommand {
  readonly namespace: string;
  /** Generated if absent. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: WorkflowExecutionSpec;
  /** Makes the call idempotent (https://google.aip.dev/155). */
  readonly requestId?: string;
  /** Validates without storing anything (https://google.aip.dev/163). */
  readonly validateOnly?: boolean;
}

/** The result of a create. */
export interface CreatedExecution {
  /** As stored; of a dry run as it would be stored. */
  readonly execution: WorkflowExecution;
  /** Only of a dry run. */
  readonly preflight?: Preflight;
  /** What the caller should know about an execution that was created nonetheless. */
  readonly warnings: readonly string[];
}

/** Cancels an execution. */
export interface CancelCommand {
  readonly key: ExecutionKey;
  readonly mode: CancelMode;
}

/** Deletes an execution. */
export interface DeleteCommand {
  readonly key: ExecutionKey;
  /** Precondition: the execution has this UID. */
  readonly uid?: string;
  /** Precondition: the execution has this resource version. */
  readonly resourceVersion?: string;
}

/** Lists one page of executions. */
export interface ListCommand {
  /** Absent for all namespaces. */
  readonly namespace?: string;
  /** 0 for the default. */
  readonly pageSize: number;
  /** From the previous page; absent for the first one. */
  readonly pageToken?: string;
  readonly filter: ListFilter;
  /** The page includes everything up to this resource version. */
  readonly minResourceVersion?: string;
}

/** One page of a list. */
export interface ExecutionPage<E> {
  /** Newest first. */
  readonly items: readonly E[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
  /** Number of executions after this page. */
  readonly remaining: number;
  /** Number of executions on all pages. */
  readonly total: number;
}
