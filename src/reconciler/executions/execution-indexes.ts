import { keyToString } from '../../kubernetes/kubernetes-object.ts';
import { executionIndexes } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { pipelineRunKey } from '../pipelinerun/pipeline-runs.ts';

/** Finds executions by the key of the PipelineRun that they have or would have. */
export const pipelineRunIndex = 'pipelineRun';
/** Finds executions by their canonical target. */
export const targetIndex = 'target';

/** What the reconciler looks executions up by. */
export const reconcilerIndexes = {
  ...executionIndexes,
  [pipelineRunIndex]: (execution: WorkflowExecution): readonly string[] => [keyToString(pipelineRunKey(execution))],
  [targetIndex]: (execution: WorkflowExecution): readonly string[] => {
    const target = targetOf(execution);
    return target === undefined ? [] : [target];
  },
};
