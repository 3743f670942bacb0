import { describe, expect, it } from '@jest/globals';
import { anEndedExecution, aRunningExecution } from '../../audit/audit.builders.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { aDoneExecution } from './settlement.builders.ts';
import { isDone, isToBeSettled } from './settlement.ts';

const { conditions } = aDoneExecution().status ?? {};
const status = { conditions, observedGeneration: 1 };

describe('an execution', () => {
  it.each([
    ['has completed', aDoneExecution()],
    ['has failed', aDoneExecution({ status: { phase: 'Failed' } })],
    ['was skipped', aWorkflowExecution({ status: { ...status, phase: 'Skipped' } })],
    ['has a TTL', aDoneExecution({ spec: { ttlSecondsAfterFinished: 60 } })],
  ])('is done when it %s and its audit events are recorded', (_, execution) => {
    expect(isDone(execution)).toBe(true);
  });

  it.each([
    ['is new', aWorkflowExecution()],
    ['runs', aRunningExecution({ status })],
    ['has pending audit events', anEndedExecution({ status: { observedGeneration: 1 } })],
    ['has a spec that has changed since', aDoneExecution({ metadata: { generation: 2 } })],
    ['is being deleted', aDoneExecution({ metadata: { deletionTimestamp: '2026-01-02T03:07:00Z' } })],
  ])('is not done when it %s', (_, execution) => {
    expect(isDone(execution)).toBe(false);
  });
});

describe('an execution that is done', () => {
  const completionTime = '2026-01-02T03:00:00Z';
  const failure = { reason: 'Forbidden', message: 'no', wasExecutionFailure: false } as const;
  const completed = aDoneExecution({ status: { completionTime } });
  const cooldownMs = 300_000;
  const at = (time: string) => new Date(`2026-01-02T${time}Z`);

  it.each([
    ['when its cooldown is over', completed, '03:05:00.000', true],
    ['not while its cooldown lasts', completed, '03:04:59.999', false],
    [
      'immediately if no step ran',
      aDoneExecution({ status: { phase: 'Failed', failure, completionTime } }),
      '03:00:00.000',
      true,
    ],
    ['not again', aDoneExecution({ status: { completionTime, settled: true } }), '04:00:00.000', false],
  ])('is to be settled %s', (_, execution, time, expected) => {
    expect(isToBeSettled(execution, cooldownMs, at(time))).toBe(expected);
  });

  it('is to be settled immediately if there is no cooldown', () => {
    expect(isToBeSettled(completed, 0, at('03:00:00.000'))).toBe(true);
  });

  it('is not to be settled before it is done, after any time', () => {
    expect(isToBeSettled(anEndedExecution({ status: { completionTime } }), cooldownMs, at('23:00:00.000'))).toBe(false);
  });
});
