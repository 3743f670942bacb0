import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { ApiError } from '../errors/api-error.ts';
import { affectedExecution } from '../resource/names.ts';

/**
 * Says why an execution of which no pod is there has no log. One that has not ended has none yet: that is no error.
 *
 * @throws ApiError FailedPrecondition when nothing of it has run; LogsGone
 */
export function assertLogsLeft(execution: WorkflowExecution, hasLost: boolean): void {
  const phase = phaseOf(execution);
  if (!isTerminal(phase)) return;
  const resource = affectedExecution(execution.metadata);
  const { name } = resource;
  const hasRun = phase !== 'Skipped' && execution.status?.failure?.wasExecutionFailure !== false;
  if (hasRun || hasLost) {
    throw new ApiError('LogsGone', `the pods of ${name} are gone, and its logs with them`, { resource });
  }
  const description = `It is ${phase}, and none of its steps was started.`;
  throw new ApiError('FailedPrecondition', `${name} has no log: nothing of it has run`, {
    precondition: { type: 'NOTHING_RAN', subject: name, description },
  });
}
