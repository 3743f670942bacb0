import { describe, expect, it } from '@jest/globals';
import { nextLine, type Next, type Standing } from './next-line.ts';

const second = (s: number) => `2026-01-31T09:15:${String(s).padStart(2, '0')}.000000000Z`;
const wallAt = (s: number) => Date.parse(second(s));
const line = { task: 't', step: 's', pod: 'p', text: '', partial: false };

const ready = (s: number, arrivedMs = 0): Standing => ({
  state: 'ready',
  line: { ...line, time: second(s), arrivedMs },
  order: second(s),
});
const unopened = (s: number): Standing => ({ state: 'unopened', notBefore: second(s) });
const asked: Standing = { state: 'asked' };
const idle: Standing = { state: 'idle' };

/** Long after everything was written and has come. */
const later = { wallMs: wallAt(59), elapsedMs: 60_000 };

describe('the next line of several logs', () => {
  it.each<[string, readonly Standing[], Next]>([
    ['nothing there', [], { do: 'wait' }],
    ['the older one', [ready(2), ready(1)], { do: 'tell', index: 1 }],
    ['the first of two of the same time', [ready(1), ready(1)], { do: 'tell', index: 0 }],
    ['none while an older one may come', [ready(2), asked], { do: 'wait' }],
    ['that of one, when the others have nothing', [ready(2), idle, idle], { do: 'tell', index: 0 }],
    ['a log is begun when nothing else is there', [unopened(5), unopened(3)], { do: 'open', index: 1 }],
    ['a log is begun when others have nothing', [idle, unopened(5)], { do: 'open', index: 1 }],
    ['a log is not begun before its time', [ready(4), unopened(5)], { do: 'tell', index: 0 }],
    ['a log is begun when it may have the older line', [ready(5), unopened(5)], { do: 'open', index: 1 }],
    ['a log is not begun while an older line may come', [asked, unopened(5)], { do: 'wait' }],
    [
      'a log is begun, though another is asked, when it may have an older line than is there',
      [ready(6), asked, unopened(5)],
      { do: 'open', index: 2 },
    ],
    ['nothing while all are idle', [idle, idle], { do: 'wait' }],
  ])('%s', (_case, logs, expected) => {
    expect(nextLine(logs, later, 200)).toEqual(expected);
  });

  it.each<[string, { wallMs: number; elapsedMs: number }, Next]>([
    ['waits until a line is old enough', { wallMs: wallAt(10) + 50, elapsedMs: 1_020 }, { do: 'wait', ms: 150 }],
    ['tells one that was written long ago', { wallMs: wallAt(10) + 200, elapsedMs: 1_000 }, { do: 'tell', index: 0 }],
    [
      'tells one that is here for long, whatever its clock says',
      { wallMs: wallAt(3), elapsedMs: 1_200 },
      { do: 'tell', index: 0 },
    ],
  ])('%s, while another log has nothing', (_case, now, expected) => {
    expect(nextLine([ready(10, 1_000), idle], now, 200)).toEqual(expected);
    expect(nextLine([ready(10, 1_000)], now, 200)).toEqual({ do: 'tell', index: 0 });
  });
});
