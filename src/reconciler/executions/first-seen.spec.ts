import { describe, expect, it } from '@jest/globals';
import { FirstSeen } from './first-seen.ts';

const at = (second: number) => new Date(second * 1_000);

describe('what was seen first', () => {
  it('counts from the first time, until it is forgotten', () => {
    const seen = new FirstSeen();
    expect([seen.note('a', at(1)), seen.note('a', at(2)), seen.get('a')]).toEqual([1_000, 1_000, 1_000]);
    seen.forget('a');
    expect([seen.get('a'), seen.note('a', at(3))]).toEqual([undefined, 3_000]);
  });

  it('is remembered of 10,000 keys, and then the oldest is forgotten', () => {
    const seen = new FirstSeen();
    for (let key = 1; key <= 10_000; key += 1) seen.note(`${key}`, at(key));
    expect([seen.get('1'), seen.get('10000')]).toEqual([1_000, 10_000_000]);
    seen.note('10001', at(10_001));
    expect([seen.get('1'), seen.get('2'), seen.get('10001')]).toEqual([undefined, 2_000, 10_001_000]);
  });
});
