import type { Failure, FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import type { AuditEventData, RecordedReason } from './audit-event.ts';

/** The reason that the data storage service knows for each of ours; it refuses any other. */
const reasons: Readonly<Record<FailureReason, RecordedReason>> = {
  OOMKilled: 'OOMKilled',
  DeadlineExceeded: 'DeadlineExceeded',
  ResourceExhausted: 'ResourceExhausted',
  ImagePullBackOff: 'ImagePullBackOff',
  BundleResolutionFailed: 'ConfigurationError',
  ConfigurationError: 'ConfigurationError',
  Forbidden: 'Forbidden',
  TaskFailed: 'TaskFailed',
  Cancelled: 'Unknown',
  PipelineRunDeleted: 'Unknown',
  ValidationFailed: 'ConfigurationError',
  PipelineRunConflict: 'ConfigurationError',
  MissingPipelineRun: 'Unknown',
  UnknownStatus: 'Unknown',
  Unknown: 'Unknown',
};

/** What a failure is called in the audit trail; what has no word there keeps its own in the message. */
export function recordedReason(reason: FailureReason): RecordedReason {
  return reasons[reason];
}

/** Whether a workflow may be tried again, and the class of its failure, in the words of the audit trail. */
export function errorDetails(
  reason: RecordedReason,
  { message, wasExecutionFailure }: Pick<Failure, 'message'> & Partial<Pick<Failure, 'wasExecutionFailure'>>,
): NonNullable<AuditEventData['error_details']> {
  const details = { message, component: 'workflowexecution' } as const;
  switch (reason) {
    case 'ConfigurationError':
    case 'Forbidden':
      return { ...details, code: 'ERR_WORKFLOW_NOT_FOUND', retry_possible: false };
    case 'ImagePullBackOff':
      return { ...details, code: 'ERR_IMAGE_PULL', retry_possible: true };
    case 'TaskFailed':
      return { ...details, code: 'ERR_PIPELINE_FAILED', retry_possible: !wasExecutionFailure };
    default:
      return { ...details, code: 'ERR_PIPELINE_FAILED', retry_possible: true };
  }
}
