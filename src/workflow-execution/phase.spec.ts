import { describe, expect, it } from '@jest/globals';
import { isTerminal, phaseOf } from './phase.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

describe('the phase of an execution', () => {
  it('is Pending before anything has looked at it', () => {
    expect(phaseOf(aWorkflowExecution())).toBe('Pending');
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
