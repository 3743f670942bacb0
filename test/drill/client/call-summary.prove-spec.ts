import { describe, expect, it } from '@jest/globals';
import { type Attempt, longestGap, CallSummary } from './call-summary.ts';

const attempt = (startedMs: number, endedMs: number, outcome: Attempt['outcome'] = 'answered'): Attempt => ({
  startedMs,
  endedMs,
  outcome,
});

describe('the call summary of a drill', () => {
  it('counts attempts by outcome', () => {
    const tally = new CallSummary();
    tally.add(attempt(0, 10));
    tally.add(attempt(10, 20, 'again'));
    tally.add(attempt(20, 3_020, 'deadline'));
    tally.add(attempt(3_020, 3_030, 'failed'));

    expect(tally.figures()).toMatchObject({ calls: 1, triedAgain: 2, ranIntoDeadline: 1, failed: 1 });
  });

  it('has the longest time without an answer to any client', () => {
    const tally = new CallSummary();
    tally.add(attempt(0, 1_000));
    tally.add(attempt(0, 6_000));
    tally.add(attempt(1_500, 2_000, 'again'));
    tally.add(attempt(0, 3_000));

    expect(tally.figures().longestWithoutAnswer).toBe(3);
  });

  it('has the slowest answer, not counting exceeded deadlines', () => {
    const tally = new CallSummary();
    tally.add(attempt(0, 9_000, 'deadline'));
    tally.add(attempt(0, 2_500, 'again'));
    tally.add(attempt(0, 100));

    expect(tally.figures().slowestAnswer).toBe(2.5);
  });

  it('has no gap between less than two answers', () => {
    expect([longestGap([]), longestGap([7])]).toEqual([0, 0]);
  });
});
