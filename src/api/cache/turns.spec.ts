import { expect, it } from '@jest/globals';
import { Turns } from './turns.ts';

it('many streams with much to tell take turns, and let others have theirs', async () => {
  const turns = new Turns(256);
  const handled = Array.from({ length: 50 }, () => 0);
  let rounds = 0;
  let busy = true;
  const count = () => {
    rounds++;
    if (busy) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(
    handled.map(async (_, stream) => {
      for (let event = 0; event < 100; event++) {
        await turns.take();
        handled[stream]!++;
      }
    }),
  );
  busy = false;

  expect(rounds).toBeGreaterThanOrEqual(15);
  expect(handled).toEqual(handled.map(() => 100));
});
