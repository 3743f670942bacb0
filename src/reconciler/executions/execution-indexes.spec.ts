import { expect, it } from '@jest/globals';
import { pipelineRunName } from '../../tekton/names.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { pipelineRunIndex, reconcilerIndexes, targetIndex } from './execution-indexes.ts';

it('an execution is found by the PipelineRun that it would have', () => {
  const execution = aWorkflowExecution();
  expect(reconcilerIndexes[pipelineRunIndex](execution)).toEqual([`payment/${pipelineRunName(execution)}`]);
});

it.each([
  ['payment/Deployment.apps/api', ['payment/deployment/api']],
  ['api', []],
])('an execution on %j is found by the targets %j', (targetResource, targets) => {
  expect(reconcilerIndexes[targetIndex](aWorkflowExecution({ spec: { targetResource } }))).toStrictEqual(targets);
});
