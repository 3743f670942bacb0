import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogPart } from './log-line.ts';
import { LogParts, maxPartBytes } from './log-parts.ts';
import { logTimeAt, logTimeOf } from './log-time.ts';

const time = '2026-01-31T09:15:02.123456789Z';
const fallback = '2026-01-01T00:00:00.000000000Z';

function partsOf(bytes: Buffer, cuts: readonly number[] = []): LogPart[] {
  const parts = new LogParts(fallback);
  const all: LogPart[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    all.push(...parts.push(bytes.subarray(from, cut)));
    from = cut;
  }
  all.push(...parts.push(bytes.subarray(from)), ...parts.end());
  return all;
}

describe('the parts of a log', () => {
  it('are its lines, each with its time', () => {
    const later = '2026-01-31T09:15:03.000000001Z';

    const parts = partsOf(Buffer.from(`${time} one\n${later}  two words \n${later} \n`));

    expect(parts).toEqual([
      { time, text: 'one', partial: false },
      { time: later, text: ' two words ', partial: false },
      { time: later, text: '', partial: false },
    ]);
  });

  it('hold the last line too when it has no end', () => {
    expect(partsOf(Buffer.from(`${time} three`))).toEqual([{ time, text: 'three', partial: false }]);
  });

  it('keep a line that comes without a time, as none comes from a kubelet', () => {
    expect(partsOf(Buffer.from('failed to open the log\n'))).toEqual([
      { time: fallback, text: 'failed to open the log', partial: false },
    ]);
  });

  it.each([
    [maxPartBytes, [maxPartBytes]],
    [maxPartBytes + 1, [maxPartBytes, 1]],
    [2 * maxPartBytes, [maxPartBytes, maxPartBytes]],
    [2 * maxPartBytes + 7, [maxPartBytes, maxPartBytes, 7]],
  ])('are at most 16 KiB long: a line of %d bytes', (length, lengths) => {
    const parts = partsOf(Buffer.from(`${time} ${'x'.repeat(length)}\n`));

    expect(parts.map(({ text }) => text.length)).toEqual(lengths);
    expect(parts.map(({ partial }) => partial)).toEqual(lengths.map((_, i) => i < lengths.length - 1));
    expect(new Set(parts.map((part) => part.time))).toEqual(new Set([time]));
  });

  it('do not cut characters', () => {
    const text = `${'x'.repeat(maxPartBytes - 1)}😀é`;

    const parts = partsOf(Buffer.from(`${time} ${text}\n`));

    expect(parts.map((part) => part.text).join('')).toBe(text);
  });

  it('show bytes that are no UTF-8 as such', () => {
    const parts = partsOf(Buffer.concat([Buffer.from(`${time} a`), Buffer.from([0xff, 0x80]), Buffer.from('b\n')]));

    expect(parts).toEqual([{ time, text: 'a\uFFFD\uFFFDb', partial: false }]);
  });

  it('are the same however the bytes come', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.integer({ min: maxPartBytes - 50, max: 3 * maxPartBytes }).map((length) => 'é'.repeat(length / 2)),
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
        const told = parts.map(({ text, partial }) => (partial ? text : `${text}\n`)).join('');
        expect(told).toBe(clean.map((text) => `${text}\n`).join(''));
      }),
    );
  });
});

describe('a time of a log', () => {
  it('is written in UTC, with nine decimals', () => {
    expect(logTimeOf('2026-01-31T09:15:02.5+02:00')).toBe('2026-01-31T07:15:02.500000000Z');
    expect(logTimeOf('yesterday')).toBeUndefined();
    expect(logTimeAt(new Date('2026-01-31T09:15:02.050Z'))).toBe('2026-01-31T09:15:02.050000000Z');
  });

  it.each([new Date(NaN), new Date('+010000-01-01T00:00:00Z'), new Date('-000001-01-01T00:00:00Z')])(
    'can not be made of %p',
    (moment) => expect(logTimeAt(moment)).toBeUndefined(),
  );
});
