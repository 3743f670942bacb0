import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { ExecutionFilter } from '../executions/list-filter.ts';

/** Which executions to watch: those that match every field that is set. */
export interface WatchCommand extends ExecutionFilter {
  /** Undefined for all namespaces. */
  readonly namespace?: string;
  /** Resumes after the event with this resource version; undefined to begin with the current state. */
  readonly resourceVersion?: string;
  readonly name?: string;
}

/** An event of a watch. A later watch can resume from its resource version at any replica. */
export type WatchEvent<T = WorkflowExecution> = ExecutionEvent<T> | MarkerEvent;

/** The state of an execution; the last known one if it is deleted. */
export interface ExecutionEvent<T = WorkflowExecution> {
  readonly type: 'updated' | 'deleted';
  readonly object: T;
  readonly resourceVersion: string;
}

/** `synced` ends the initial state; `bookmark` is sent if there was no other event for a while. */
export interface MarkerEvent {
  readonly type: 'synced' | 'bookmark';
  readonly object?: undefined;
  readonly resourceVersion: string;
}
