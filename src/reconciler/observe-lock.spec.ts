import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { observeBusy, observeCooldown } from './observe-lock.ts';

const now = new Date('2026-01-02T04:00:00.500Z');
const execution = aWorkflowExecution({
  spec: { targetResource: 'shop/deploy/api' },
  status: { target: 'shop/deployment/api' },
});
const here = { namespace: 'payment', name: 'we-2', uid: 'two' };
const elsewhere = { namespace: 'secret-project', name: 'we-hidden', uid: 'three' };

describe('an execution whose target is held', () => {
  it('is told by which one of its own namespace, and by the canonical name of the target', () => {
    expect(observeBusy(execution, here, now)).toEqual({
      phase: 'Skipped',
      skip: {
        reason: 'ResourceBusy',
        message: expect.stringMatching(/^shop\/deployment\/api is held by payment\/we-2, /),
        skippedAt: '2026-01-02T04:00:00Z',
        conflictingExecution: here,
      },
    });
  });

  it('learns nothing about one of another namespace but that there is one', () => {
    const observation = observeBusy(execution, elsewhere, now);
    expect(observation).toMatchObject({
      skip: { message: expect.stringContaining('is held by an execution in another namespace, ') },
    });
    expect(JSON.stringify(observation)).not.toMatch(/secret-project|we-hidden|three/);
  });
});

describe('an execution whose workflow cools down', () => {
  it('is told after which one of its own namespace, and for how long', () => {
    expect(observeCooldown(execution, here, 59_001, now)).toEqual({
      phase: 'Skipped',
      skip: {
        reason: 'RecentlyRemediated',
        message: expect.stringContaining('ran on shop/deployment/api a short time ago, as payment/we-2. '),
        skippedAt: '2026-01-02T04:00:00Z',
        conflictingExecution: here,
        remainingCooldownSeconds: 60,
      },
    });
  });

  it('learns nothing about one of another namespace but that there was one', () => {
    const observation = observeCooldown(execution, elsewhere, 1, now);
    expect(observation).toMatchObject({
      skip: { message: expect.stringContaining('as an execution in another namespace. ') },
    });
    expect(JSON.stringify(observation)).not.toMatch(/secret-project|we-hidden|three/);
  });
});
