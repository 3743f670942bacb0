import { describe, expect, it } from '@jest/globals';
import { HistoryBuilder } from './history.builders.ts';
import { ledSeconds } from './leadership.ts';
import { timelineOf } from './timeline.ts';

/** Of the whole history; changes of a builder are a second apart, and a lease of 6 s is renewed each second. */
function led(builder: HistoryBuilder): number {
  const { changes, premises } = builder.build();
  return ledSeconds(timelineOf({ changes, premises }), changes[0]?.at ?? '', changes.at(-1)?.at ?? '');
}

describe('the time in which somebody leads', () => {
  it('is that between renewals', () => {
    expect(led(new HistoryBuilder().leads('a').leads('a').leads('a').execution('after'))).toBe(2);
  });

  it('is not that between two leaders', () => {
    expect(led(new HistoryBuilder().leads('a').leads('a').leads('b').leads('b'))).toBe(2);
  });

  it('is not that in which a leader renewed nothing', () => {
    expect(led(new HistoryBuilder().leads('a').leads('a').seconds(3).leads('a').leads('a'))).toBe(2);
  });

  it('is all of the time when no leader is elected', () => {
    expect(led(new HistoryBuilder().execution('a').seconds(3).execution('b'))).toBe(4);
  });
});
