import { expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { phasesOf } from './reconciler.metrics.ts';

it('every phase is told with how many executions are in it, none included', () => {
  const executions = [
    aWorkflowExecution(),
    aWorkflowExecution({ status: { phase: 'Running' } }),
    aWorkflowExecution({ status: { phase: 'Running' } }),
  ];
  const counts = phasesOf(executions).map(({ labels, value }) => [labels?.['phase'], value]);
  expect(Object.fromEntries(counts)).toEqual({ Pending: 1, Running: 2, Completed: 0, Failed: 0, Skipped: 0 });
});
