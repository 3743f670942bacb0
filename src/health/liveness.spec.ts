import { expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { allWell } from './finding.ts';
import { Liveness } from './liveness.ts';

it('the process is alive while its timers fire and nothing is stuck', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let inWorkForMs = [5];
  const liveness = new Liveness({ inWorkForMs: () => inWorkForMs }, clock);
  const beating = liveness.beat(stop.signal);
  await clock.advance(60_000);
  expect(liveness.findings()).toEqual([
    { name: 'eventLoop', isWell: true },
    { name: 'workLoop', isWell: true },
  ]);

  inWorkForMs = [3_600_000];
  expect(liveness.findings().map(({ name, isWell }) => [name, isWell])).toEqual([
    ['eventLoop', true],
    ['workLoop', false],
  ]);

  inWorkForMs = [];
  stop.abort();
  await beating;
  await clock.advance(60_000);
  expect(allWell(liveness.findings())).toBe(false);
});
