import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainText } from './log-format.ts';
import { escapeUnsafe } from './log-line.ts';

describe('the text of a log', () => {
  it.each([
    ['10%\r20%', '10%\\r20%'],
    ['\u001b[2J\u001b[31mred', '\\u001b[2J\\u001b[31mred'],
    ['a\u0000b', 'a\\u0000b'],
    ['a\bb\u007f', 'a\\bb\\u007f'],
    ['\u009b31m', '\\u009b31m'],
    ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\tb', 'a\tb'],
    ['für 😀 नमस्ते \ufffd', 'für 😀 नमस्ते \ufffd'],
    ['\\u001b', '\\u001b'],
  ])('%j is escaped as %j', (text, shown) => {
    expect(escapeUnsafe(text)).toBe(shown);
  });

  it('has no control characters except tabs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeUnsafe(text)).not.toMatch(/[^\P{Cc}\t]/u);
      }),
    );
  });

  it('is marked where a line continues in the next part', () => {
    const part = { time: '2026-01-31T09:15:02.000000000Z', task: 'a', step: 's', pod: 'p', text: 'x' };

    expect(plainText(false).encode({ ...part, partial: true })).toBe('[a : s] x…\n');
    expect(plainText(false).encode({ ...part, partial: false })).toBe('[a : s] x\n');
  });
});
