import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';

/** Asks to be told of executions: those for which all that is given is true. */
export interface WatchCommand {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Goes on after this resource version of an earlier event; absent to begin with the current state. */
  readonly resourceVersion?: string;
  readonly name?: string;
  readonly workflowId?: string;
  readonly targetResource?: string;
  readonly remediationRequest?: string;
}

/** One event of a watch. A later watch, on any replica, can go on from its resource version. */
export type WatchEvent = ExecutionEvent | MarkerEvent;

/** An execution is as it is told, or is gone; then this is its last known state. */
export interface ExecutionEvent {
  readonly type: 'updated' | 'deleted';
  readonly object: WorkflowExecution;
  readonly resourceVersion: string;
}

/** The current state has been told, or nothing else has happened for a while. */
export interface MarkerEvent {
  readonly type: 'synced' | 'bookmark';
  readonly resourceVersion: string;
}
