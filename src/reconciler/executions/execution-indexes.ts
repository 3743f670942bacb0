import { keyToString, type ObjectKey } from '../../kubernetes/kubernetes-object.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';

/** Finds executions by the key of the PipelineRun that they have or would have. */
export const pipelineRunIndex = 'pipelineRun';
/** Finds executions by their canonical target. */
export const targetIndex = 'target';

/** The indexes of the reconciler's cache of executions. */
export const reconcilerIndexes = {
  [pipelineRunIndex]: (execution: WorkflowExecution): readonly string[] => [keyToString(pipelineRunKey(execution))],
  [targetIndex]: (execution: WorkflowExecution): readonly string[] => {
    const target = targetOf(execution);
    return target === undefined ? [] : [target];
  },
};

/** An execution, as far as the name of its PipelineRun is derived from it. */
export interface NamedExecution {
  readonly metadata: Pick<WorkflowExecution['metadata'], 'namespace' | 'name' | 'uid'>;
}

/** The key of the PipelineRun of an execution. */
export function pipelineRunKey(execution: NamedExecution): ObjectKey {
  return { namespace: execution.metadata.namespace, name: pipelineRunName(execution) };
}
