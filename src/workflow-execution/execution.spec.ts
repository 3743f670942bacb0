import { describe, expect, it } from '@jest/globals';
import { allPhases, isTerminal, phaseOf, serviceAccountOf, logFields } from './execution.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

describe('the phase of an execution', () => {
  it('is Pending without a status', () => {
    expect(phaseOf(aWorkflowExecution())).toBe('Pending');
  });

  it('is that of its status', () => {
    for (const phase of allPhases) expect(phaseOf(aWorkflowExecution({ status: { phase } }))).toBe(phase);
    expect(phaseOf(aWorkflowExecution({ status: {} }))).toBe('Pending');
  });

  it('is one of five', () => {
    expect(allPhases).toEqual(['Pending', 'Running', 'Completed', 'Failed', 'Skipped']);
  });

  it.each([
    ['Pending', false],
    ['Running', false],
    ['Completed', true],
    ['Failed', true],
    ['Skipped', true],
  ] as const)('%s is final: %p', (phase, expected) => {
    expect(isTerminal(phase)).toBe(expected);
  });
});

it.each([
  [undefined, 'workflow-execution-sa'],
  [{}, 'workflow-execution-sa'],
  [{ timeout: '5m' }, 'workflow-execution-sa'],
  [{ serviceAccountName: 'remediator' }, 'remediator'],
])('with executionConfig %j pods run as %s', (executionConfig, expected) => {
  expect(serviceAccountOf({ executionConfig })).toBe(expected);
});

it.each([
  [
    { namespace: 'payment', name: 'a', uid: 'u' },
    { execution: 'payment/a', uid: 'u' },
  ],
  [{ namespace: 'payment', name: 'a' }, { execution: 'payment/a' }],
  [
    { name: 'a', uid: 'u' },
    { execution: 'a', uid: 'u' },
  ],
])('the log fields of %j are %j', (execution, fields) => {
  expect(logFields(execution)).toEqual(fields);
});
