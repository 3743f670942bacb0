import { expect, it } from '@jest/globals';
import { NextRun } from './next-run.ts';

it('a run serves all who asked before it began, and nobody who asked later', async () => {
  let runs = 0;
  const run = new NextRun(() => Promise.resolve(++runs));

  expect(await Promise.all([run.result(), run.result()])).toEqual([1, 1]);
  expect(await run.result()).toBe(2);
});
