import { describe, expect, it } from '@jest/globals';
import { HistoryBuilder } from './history.builders.ts';
import { ledSeconds } from './leadership.ts';
import { timelineOf } from './timeline.ts';

/** Over the whole history; the builder's changes are a second apart, and a lease of 6 s is renewed each second. */
function led(builder: HistoryBuilder): number {
  const { changes, premises } = builder.build();
  return ledSeconds(timelineOf({ changes, premises }), changes[0]?.at ?? '', changes.at(-1)?.at ?? '');
}

describe('the time with a leader', () => {
  it('is the time between renewals', () => {
    expect(led(new HistoryBuilder().leads('a').leads('a').leads('a').execution('after'))).toBe(2);
  });

  it('excludes the time between two leaders', () => {
    expect(led(new HistoryBuilder().leads('a').leads('a').leads('b').leads('b'))).toBe(2);
  });

  it('excludes the time in which a leader did not renew', () => {
    expect(led(new HistoryBuilder().leads('a').leads('a').seconds(3).leads('a').leads('a'))).toBe(2);
  });

  it('is all of the time without leader election', () => {
    expect(led(new HistoryBuilder().execution('a').seconds(3).execution('b'))).toBe(4);
  });
});
