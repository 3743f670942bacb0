import type { WorkflowExecutionSpec } from './generated/workflow-execution.ts';

/** The ServiceAccount of pods whose execution does not name one; the CRD fills it in for objects that it checks. */
const defaultServiceAccount = 'workflow-execution-sa';

/** Name of the ServiceAccount that the pods of an execution run as. */
export function serviceAccountOf({ executionConfig }: Pick<WorkflowExecutionSpec, 'executionConfig'>): string {
  return executionConfig?.serviceAccountName ?? defaultServiceAccount;
}
