import { ownAnnotations } from './annotations.ts';
import type { WorkflowExecution } from './generated/workflow-execution.ts';

/**
 * Label that Velero puts on everything that it restores.
 * https://github.com/vmware-tanzu/velero/blob/v1.17.0/pkg/apis/velero/v1/labels_annotations.go
 */
const restoreLabel = 'velero.io/restore-name';

/**
 * The longest time from when the execution API notes the time to when the API server creates the execution: two attempts of
 * 30 s each, and a minute by which their clocks may differ.
 */
const maxCreationMs = 120_000;

/**
 * Whether an execution without a phase is a copy that was restored from a backup, so that the original may have run. Backup
 * tools restore labels and annotations, but neither UID nor creation time, and a status only when told to.
 */
export function isRestored({ metadata }: WorkflowExecution): boolean {
  const { labels = {}, annotations = {}, uid, creationTimestamp } = metadata;
  const notedUid = annotations[ownAnnotations.uid];
  const notedTime = Date.parse(annotations[ownAnnotations.createdAt] ?? '');
  return (
    restoreLabel in labels ||
    (notedUid !== undefined && notedUid !== uid) ||
    Date.parse(creationTimestamp) - notedTime > maxCreationMs
  );
}
