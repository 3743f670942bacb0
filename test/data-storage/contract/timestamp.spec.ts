import { describe, expect, it } from '@jest/globals';
import { nanosecondsAt, nanosecondsOf } from './timestamp.ts';

describe('a time of RFC 3339', () => {
  it.each([
    ['1970-01-01T00:00:01Z', 1_000_000_000n],
    ['1970-01-01T00:00:00.000001Z', 1_000n],
    ['1970-01-01T00:00:00.1234567899Z', 123_456_789n],
    ['1970-01-01T02:00:00.5+02:00', 500_000_000n],
    ['1970-01-01t00:00:00z', 0n],
    ['1970-01-01T00:00:60Z', 59_000_000_000n],
  ])('%s is %d nanoseconds after 1970', (time, nanoseconds) => {
    expect(nanosecondsOf(time)).toBe(nanoseconds);
  });

  it('is as a clock tells it', () => {
    expect(nanosecondsAt(new Date('2026-11-23T10:00:00.5Z'))).toBe(nanosecondsOf('2026-11-23T10:00:00.5Z'));
  });

  it('is not anything else', () => {
    expect(() => nanosecondsOf('yesterday')).toThrow("'yesterday' is not an RFC 3339 time");
  });
});
