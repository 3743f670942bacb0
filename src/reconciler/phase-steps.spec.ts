import { describe, expect, it } from '@jest/globals';
import { anEndedExecution, aRunningExecution } from '../audit/audit.builders.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { PhaseSteps } from './phase-steps.ts';

const phaseSteps = new PhaseSteps();

describe('the steps of an execution', () => {
  const finished = ['releasePipelineRun', 'observeGeneration', 'updateAuditCondition'];
  const pending = [
    ...['addFinalizer', 'skipRestored', 'endConflictingRun', 'cancelBeforeStart', 'enforceStartDeadline'],
    ...['validateSpec', 'awaitPauseEnd', 'acquireTarget', 'startPipelineRun'],
  ];

  it.each([
    ['new', aWorkflowExecution(), pending],
    ['Pending', aWorkflowExecution({ status: { phase: 'Pending' } }), pending],
    ['Running', aRunningExecution(), ['restoreLock', 'releasePipelineRun', 'requestCancellation', 'followPipelineRun']],
    ['Completed', anEndedExecution(), finished],
    ['Skipped', aWorkflowExecution({ status: { phase: 'Skipped' } }), finished],
    ['Failed', anEndedExecution({ status: { phase: 'Failed' } }), finished],
  ])('that is %s', (_, execution, expected) => {
    expect(phaseSteps.for(execution).map(({ name }) => name)).toEqual(expected);
  });

  it.each([undefined, 'Pending', 'Running', 'Completed', 'Failed', 'Skipped'] as const)(
    'that is being deleted are those of the deletion, also when it is %s',
    (phase) => {
      const metadata = { deletionTimestamp: '2026-01-02T03:07:00Z' };
      const steps = phaseSteps.for(aWorkflowExecution({ metadata, status: { phase } }));
      const expected = [
        ...['deletePipelineRun', 'awaitRunEnd', 'releaseTarget'],
        ...['recordDeletion', 'awaitAudit', 'removeFinalizer'],
      ];
      expect(steps.map(({ name }) => name)).toEqual(expected);
    },
  );
});
