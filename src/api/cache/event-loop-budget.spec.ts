import { expect, it } from '@jest/globals';
import { EventLoopBudget } from './event-loop-budget.ts';

it('spreads the work of many streams over turns of the event loop', async () => {
  const budget = new EventLoopBudget(256);
  const handled = Array.from({ length: 50 }, () => 0);
  let turns = 0;
  let busy = true;
  const count = () => {
    turns++;
    if (busy) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(
    handled.map(async (_, stream) => {
      for (let event = 0; event < 100; event++) {
        await budget.spend();
        handled[stream]!++;
      }
    }),
  );
  busy = false;

  expect(turns).toBeGreaterThanOrEqual(15);
  expect(handled).toEqual(handled.map(() => 100));
});
