import { describe, expect, it } from '@jest/globals';
import { allPhases, isTerminal, phaseOf } from './phase.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

describe('the phase of an execution', () => {
  it('is Pending before anything has looked at it', () => {
    expect(phaseOf(aWorkflowExecution())).toBe('Pending');
  });

  it('is what its status says', () => {
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
  ] as const)('%s is terminal: %p', (phase, expected) => {
    expect(isTerminal(phase)).toBe(expected);
  });
});
