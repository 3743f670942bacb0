import { expect, it } from '@jest/globals';
import { isHealthy, maxReconcileMs } from './health-rules.ts';
import { Liveness } from './liveness.ts';

it('the process is alive unless a reconciliation is stuck', () => {
  let inWorkForMs = [5];
  const liveness = new Liveness({ processingTimesMs: () => inWorkForMs });
  expect(liveness.check()).toEqual({ workLoop: { status: 'up' } });

  inWorkForMs = [maxReconcileMs];
  expect(isHealthy(liveness.check())).toBe(false);
});

it('a process without the controller has no work loop', () => {
  expect(new Liveness().check()).toEqual({});
});
