import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { observeBusy, observeCooldown, observeLockTrouble } from './observe-lock.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const other = { namespace: 'checkout', name: 'other', uid: 'uid-other' };

describe('an execution that does not get its target', () => {
  it('is skipped while another one holds it, which is named', () => {
    expect(observeBusy(aWorkflowExecution(), other, now)).toEqual({
      phase: 'Skipped',
      skip: {
        reason: 'ResourceBusy',
        message: expect.stringMatching(/^checkout\/other .*payment\/deployment\/payment-api.* another execution .+\.$/),
        skippedAt: '2026-01-02T03:04:05Z',
        conflictingExecution: other,
      },
    });
  });

  it.each([
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [180_000, 180],
  ])('is skipped while its workflow cools down, with %i ms left: %i s', (remainingMs, remainingCooldownSeconds) => {
    expect(observeCooldown(aWorkflowExecution(), other, remainingMs, now)).toEqual({
      phase: 'Skipped',
      skip: {
        reason: 'RecentlyRemediated',
        message: expect.stringMatching(
          new RegExp(
            `oomkill-increase-memory .*payment/deployment/payment-api.*checkout/other.* ${remainingCooldownSeconds} s`,
          ),
        ),
        skippedAt: '2026-01-02T03:04:05Z',
        conflictingExecution: other,
        remainingCooldownSeconds,
      },
    });
  });

  it('waits while the lock cannot be asked for', () => {
    expect(observeLockTrouble(new Error('no route'))).toEqual({
      phase: 'Pending',
      reason: 'LockUnavailable',
      message: expect.stringMatching(/target .+: no route$/),
    });
  });
});
