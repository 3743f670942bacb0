import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** Keeps an execution in place until its PipelineRun is gone and everything is told. */
export const finalizer = 'workflowexecution.kubernaut.ai/workflowexecution-cleanup';

/** Whether an execution has the finalizer of this service. */
export function isGuarded({ metadata }: WorkflowExecution): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}
