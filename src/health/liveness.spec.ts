import { expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { isHealthy } from './health-rules.ts';
import { Liveness } from './liveness.ts';

it('the process is alive while its timers fire and no reconciliation is stuck', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let inWorkForMs = [5];
  const liveness = new Liveness(clock, { processingTimesMs: () => inWorkForMs });
  const running = liveness.run(stop.signal);
  await clock.advance(60_000);
  expect(liveness.check()).toEqual({ eventLoop: { status: 'up' }, workLoop: { status: 'up' } });

  inWorkForMs = [3_600_000];
  expect(liveness.check()).toMatchObject({ eventLoop: { status: 'up' }, workLoop: { status: 'down' } });

  inWorkForMs = [];
  stop.abort();
  await running;
  await clock.advance(60_000);
  expect(isHealthy(liveness.check())).toBe(false);
});

it('a process without the controller has no work loop', () => {
  expect(new Liveness(new FakeClock()).check()).toEqual({ eventLoop: { status: 'up' } });
});
