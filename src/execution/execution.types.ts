import type { WorkflowExecution, WorkflowExecutionSpec } from '../workflow-execution/generated/workflow-execution.ts';

/** Asks for a new execution; everything in it has been held to its rules, but those that only the API server can tell. */
export interface CreateCommand {
  readonly namespace: string;
  /** Absent: one is made. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: WorkflowExecutionSpec;
}

/** Asks for one page of a list. */
export interface ListCommand {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** The most executions in the page: 0 for the default, and never more than the maximum, whatever is asked for. */
  readonly pageSize: number;
  /** Of the page before; absent for the first page. */
  readonly pageToken?: string;
}

/** One page of a list. */
export interface ExecutionPage {
  /** The newest first. */
  readonly items: readonly WorkflowExecution[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
  /** How many executions come after this page. */
  readonly remaining: number;
  /** How many executions there are on all pages. */
  readonly total: number;
}
