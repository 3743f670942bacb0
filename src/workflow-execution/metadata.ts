import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** Prefix of the labels, annotations and finalizers that only this service sets. */
export const ownPrefix = 'workflowexecution.kubernaut.ai/';

/** Annotations that this service sets on executions. */
export const ownAnnotations = {
  /** Username of the authenticated caller that created the execution. */
  createdBy: `${ownPrefix}created-by`,
  /** Username of the authenticated caller that requested its cancellation. */
  cancelRequestedBy: `${ownPrefix}cancel-requested-by`,
  /** Username of the authenticated caller that requested its immediate cancellation, without `finally` tasks. */
  immediateCancelRequestedBy: `${ownPrefix}immediate-cancel-requested-by`,
  /** SHA-256 of the create request, to distinguish a retry from another request with the same id. */
  requestFingerprint: `${ownPrefix}request-fingerprint`,
  /** When the API sent the create request, RFC 3339; much earlier than the creation time of a restored execution. */
  createdAt: `${ownPrefix}created-at`,
  /** Its own UID, written by the controller with the finalizer; another one on a restored execution. */
  uid: `${ownPrefix}uid`,
  /** W3C trace context of the call that created it, or else of its first reconciliation. */
  traceparent: `${ownPrefix}traceparent`,
} as const;

/** Label with a hash of the request id and its caller. */
export const requestLabel = `${ownPrefix}request`;

/** Keeps an execution until its PipelineRun is gone and its audit events are recorded. */
export const finalizer = `${ownPrefix}workflowexecution-cleanup`;

/** Whether an execution has the finalizer of this service. */
export function hasFinalizer({ metadata }: WorkflowExecution): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

/**
 * Label that Velero puts on everything that it restores.
 * https://github.com/vmware-tanzu/velero/blob/v1.17.0/pkg/apis/velero/v1/labels_annotations.go
 */
const restoreLabel = 'velero.io/restore-name';

/**
 * Maximum time in milliseconds from `createdAt` to the creation: two attempts of 30 s each, and a clock skew of one minute.
 */
const maxCreationMs = 120_000;

/**
 * Whether an execution without a phase was restored from a backup, so that the original may have run. Backup tools restore
 * labels and annotations, but neither UID nor creation time, and a status only on request.
 */
export function isRestored({ metadata }: WorkflowExecution): boolean {
  const { labels = {}, annotations = {}, uid, creationTimestamp } = metadata;
  const recordedUid = annotations[ownAnnotations.uid];
  const recordedTime = Date.parse(annotations[ownAnnotations.createdAt] ?? '');
  return (
    restoreLabel in labels ||
    (recordedUid !== undefined && recordedUid !== uid) ||
    Date.parse(creationTimestamp) - recordedTime > maxCreationMs
  );
}
