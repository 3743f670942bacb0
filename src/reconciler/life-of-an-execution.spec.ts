import { describe, expect, it } from '@jest/globals';
import { aCondition, anEndedExecution, aRunningExecution } from '../audit/audit.builders.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { LifeOfAnExecution } from './life-of-an-execution.ts';

const never = { run: () => Promise.reject(new Error('it is not asked what it does')) };
const life = new (LifeOfAnExecution as unknown as new (...steps: readonly (typeof never)[]) => LifeOfAnExecution)(
  ...Array.from({ length: 14 }, () => never),
);
const conditions = [aCondition({ status: 'True' }), aCondition({ type: 'AuditRecorded', reason: 'Recorded' })];
const status = { conditions };

describe('the life of an execution', () => {
  it.each([
    ['has completed', anEndedExecution({ status })],
    ['has failed', anEndedExecution({ status: { ...status, phase: 'Failed' } })],
    ['was skipped', aWorkflowExecution({ status: { ...status, phase: 'Skipped' } })],
  ])('is over when it %s and its audit events are done with', (_, execution) => {
    expect(life.isOver(execution)).toBe(true);
  });

  it.each([
    ['is new', aWorkflowExecution()],
    ['runs', aRunningExecution({ status })],
    ['has audit events on their way', anEndedExecution()],
    ['is to be deleted in time', anEndedExecution({ status, spec: { ttlSecondsAfterFinished: 60 } })],
    ['is being deleted', anEndedExecution({ status, metadata: { deletionTimestamp: '2026-01-02T03:07:00Z' } })],
  ])('goes on when it %s', (_, execution) => {
    expect(life.isOver(execution)).toBe(false);
  });
});
