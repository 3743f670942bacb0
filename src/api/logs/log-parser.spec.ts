import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { logTimeOf, type LogPart } from './log-line.ts';
import { maxLogPartBytes } from '../../config/limits.ts';
import { LogParser } from './log-parser.ts';

const time = '2026-01-31T09:15:02.123456789Z';
const fallback = '2026-01-01T00:00:00.000000000Z';

function partsOf(bytes: Buffer, cuts: readonly number[] = []): LogPart[] {
  const parser = new LogParser(fallback);
  const all: LogPart[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    all.push(...parser.push(bytes.subarray(from, cut)));
    from = cut;
  }
  all.push(...parser.push(bytes.subarray(from)), ...parser.end());
  return all;
}

describe('the parser of a container log', () => {
  it('returns lines with their times', () => {
    const later = '2026-01-31T09:15:03.000000001Z';

    const parts = partsOf(Buffer.from(`${time} one\n${later}  two words \n${later} \n`));

    expect(parts).toEqual([
      { time, text: 'one', partial: false },
      { time: later, text: ' two words ', partial: false },
      { time: later, text: '', partial: false },
    ]);
  });

  it('returns a last line without a newline', () => {
    expect(partsOf(Buffer.from(`${time} three`))).toEqual([{ time, text: 'three', partial: false }]);
  });

  it('returns a line without a timestamp, which no kubelet writes, with the fallback', () => {
    expect(partsOf(Buffer.from('failed to open the log\n'))).toEqual([
      { time: fallback, text: 'failed to open the log', partial: false },
    ]);
  });

  it.each([
    [maxLogPartBytes, [maxLogPartBytes]],
    [maxLogPartBytes + 1, [maxLogPartBytes, 1]],
    [2 * maxLogPartBytes, [maxLogPartBytes, maxLogPartBytes]],
    [2 * maxLogPartBytes + 7, [maxLogPartBytes, maxLogPartBytes, 7]],
  ])('splits lines of more than 16 KiB: a line of %d bytes', (length, lengths) => {
    const parts = partsOf(Buffer.from(`${time} ${'x'.repeat(length)}\n`));

    expect(parts.map(({ text }) => text.length)).toEqual(lengths);
    expect(parts.map(({ partial }) => partial)).toEqual(lengths.map((_, i) => i < lengths.length - 1));
    expect(new Set(parts.map((part) => part.time))).toEqual(new Set([time]));
  });

  it('does not split characters', () => {
    const text = `${'x'.repeat(maxLogPartBytes - 1)}😀é`;

    const parts = partsOf(Buffer.from(`${time} ${text}\n`));

    expect(parts.map((part) => part.text).join('')).toBe(text);
  });

  it('replaces bytes that are not UTF-8', () => {
    const parts = partsOf(Buffer.concat([Buffer.from(`${time} a`), Buffer.from([0xff, 0x80]), Buffer.from('b\n')]));

    expect(parts).toEqual([{ time, text: 'a\uFFFD\uFFFDb', partial: false }]);
  });

  it('returns the same parts however the bytes are cut into chunks', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.integer({ min: maxLogPartBytes - 50, max: 3 * maxLogPartBytes }).map((length) => 'é'.repeat(length / 2)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 20 }), (lines, cuts) => {
        const clean = lines.map((text) => text.replaceAll('\n', ''));
        const bytes = Buffer.from(clean.map((text) => `${time} ${text}\n`).join(''));

        const parts = partsOf(
          bytes,
          cuts.map((cut) => cut % (bytes.length + 1)),
        );

        expect(parts).toEqual(partsOf(bytes));
        const text = parts.map(({ text, partial }) => (partial ? text : `${text}\n`)).join('');
        expect(text).toBe(clean.map((text) => `${text}\n`).join(''));
      }),
    );
  });
});

describe('a time of a log', () => {
  it('is written in UTC, with nine decimals', () => {
    expect(logTimeOf('2026-01-31T09:15:02.5+02:00')).toBe('2026-01-31T07:15:02.500000000Z');
    expect(logTimeOf('2026-01-31T09:15:02.050Z')).toBe('2026-01-31T09:15:02.050000000Z');
    expect(logTimeOf('yesterday')).toBeUndefined();
  });
});
