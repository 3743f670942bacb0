import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { observeBusy, observeCooldown, observeLockTrouble } from './observe-lock.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const execution = aWorkflowExecution({
  spec: { targetResource: 'shop/deploy/api' },
  status: { target: 'shop/deployment/api' },
});
const here = { namespace: 'payment', name: 'other', uid: 'uid-other' };
const elsewhere = { namespace: 'secret-project', name: 'we-hidden', uid: 'uid-hidden' };

describe('an execution whose target is locked', () => {
  it('is skipped while another one holds it, and names that one in the same namespace', () => {
    expect(observeBusy(execution, here, now)).toEqual({
      phase: 'Skipped',
      skip: {
        reason: 'ResourceBusy',
        message: expect.stringMatching(
          /^Create another execution when payment\/other has ended, .+ shop\/deployment\/api\.$/,
        ),
        skippedAt: '2026-01-02T03:04:05Z',
        conflictingExecution: here,
      },
    });
  });

  it.each([
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [180_000, 180],
  ])(
    'is skipped during the cooldown of its workflow, with %i ms remaining: %i s',
    (remainingMs, remainingCooldownSeconds) => {
      expect(observeCooldown(execution, here, remainingMs, now)).toEqual({
        phase: 'Skipped',
        skip: {
          reason: 'RecentlyRemediated',
          message: expect.stringMatching(
            new RegExp(
              `^Try again in ${remainingCooldownSeconds} s.+oomkill-increase-memory .*shop/deployment/api.*payment/other`,
            ),
          ),
          skippedAt: '2026-01-02T03:04:05Z',
          conflictingExecution: here,
          remainingCooldownSeconds,
        },
      });
    },
  );

  it.each([
    ['holds it', observeBusy(execution, elsewhere, now), 'when an execution in another namespace has ended'],
    ['ran on it', observeCooldown(execution, elsewhere, 1, now), 'as an execution in another namespace.'],
  ])('does not name an execution in another namespace that %s', (_, observation, message) => {
    expect(observation).toMatchObject({ skip: { message: expect.stringContaining(message) } });
    expect(observation).not.toHaveProperty('skip.conflictingExecution');
    expect(JSON.stringify(observation)).not.toMatch(/secret-project|hidden/);
  });

  it('waits while the lock is unavailable', () => {
    expect(observeLockTrouble(new Error('no route'))).toEqual({
      phase: 'Pending',
      reason: 'LockUnavailable',
      message: expect.stringMatching(/target .+: no route$/),
    });
  });
});
