import type {
  CancelMode,
  Phase,
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../workflow-execution/generated/workflow-execution.ts';
import type { ExecutionKey } from '../resource/names.ts';

/** Asks for a new execution; everything in it has been held to its rules, but those that only the API server can tell. */
export interface CreateCommand {
  readonly namespace: string;
  /** Absent: one is made. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: WorkflowExecutionSpec;
  /** Makes the call safe to repeat (https://google.aip.dev/155). */
  readonly requestId?: string;
  /** Checks everything and stores nothing (https://google.aip.dev/163). */
  readonly validateOnly?: boolean;
}

/** Asks for the cancellation of one execution. */
export interface CancelCommand {
  readonly key: ExecutionKey;
  readonly mode: CancelMode;
}

/** Asks for the deletion of one execution. */
export interface DeleteCommand {
  readonly key: ExecutionKey;
  /** Deletes it only when it has this uid. */
  readonly uid?: string;
  /** Deletes it only when it has this resource version. */
  readonly resourceVersion?: string;
}

/** Which executions a list holds: those for which all that is given is true. */
export interface ListFilter {
  /** Empty: any phase. */
  readonly phases: readonly Phase[];
  readonly workflowId?: string;
  readonly targetResource?: string;
  readonly remediationRequest?: string;
  /** In the syntax of Kubernetes. */
  readonly labelSelector?: string;
  /** RFC 3339; at this time or after it. */
  readonly createdAfter?: string;
  /** RFC 3339; before this time. */
  readonly createdBefore?: string;
}

/** Asks for one page of a list. */
export interface ListCommand {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** The most executions in the page: 0 for the default, and never more than the maximum, whatever is asked for. */
  readonly pageSize: number;
  /** Of the page before; absent for the first page. */
  readonly pageToken?: string;
  readonly filter: ListFilter;
  /** The list is not made before everything up to this resource version is known. */
  readonly minResourceVersion?: string;
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
