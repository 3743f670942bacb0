import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** Labels and annotations of this prefix are this service's own: nobody else sets or changes them. */
export const ownPrefix = 'workflowexecution.kubernaut.ai/';

/** What the execution API notes on the executions that it creates and changes. */
export const ownAnnotations = {
  /** Username of the verified caller that created the execution. */
  createdBy: `${ownPrefix}created-by`,
  /** Username of the verified caller that asked for its cancellation. */
  cancelRequestedBy: `${ownPrefix}cancel-requested-by`,
  /** Username of the verified caller that asked for its `finally` tasks to be ended too. */
  immediateCancelRequestedBy: `${ownPrefix}immediate-cancel-requested-by`,
  /** SHA-256 of everything that the request asked for, to tell a repeated request from another one with the same id. */
  requestFingerprint: `${ownPrefix}request-fingerprint`,
  /** When the execution API sent it to be created, RFC 3339: much earlier than its creation when it was restored. */
  createdAt: `${ownPrefix}created-at`,
  /** Its own UID, which the controller writes along with the finalizer: another one when it was restored. */
  uid: `${ownPrefix}uid`,
  /** W3C trace context of the call that created it; everything that is done for the execution belongs to that trace. */
  traceparent: `${ownPrefix}traceparent`,
} as const;

/** Label that finds the execution of a request id: a hash of the id and of who gave it. */
export const requestLabel = `${ownPrefix}request`;

/** Finds the executions of a request id in a store: the index that {@link executionIndexes} has for it. */
export const requestIndex = 'request';

/** What executions are looked up by. */
export const executionIndexes = {
  [requestIndex]: ({ metadata }: WorkflowExecution): readonly string[] => {
    const label = metadata.labels?.[requestLabel];
    return label === undefined ? [] : [label];
  },
};
