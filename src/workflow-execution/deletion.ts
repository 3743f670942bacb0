import type { Failure, WorkflowExecution } from './generated/workflow-execution.ts';

/** Why an execution failed that was deleted before it had ended. */
export function deletionFailure({ status }: WorkflowExecution): Failure {
  const hasRun = status?.pipelineRunRef !== undefined;
  const message = `The execution was deleted before it had ${hasRun ? 'ended' : 'run'}`;
  return { reason: 'Cancelled', message, wasExecutionFailure: hasRun };
}
