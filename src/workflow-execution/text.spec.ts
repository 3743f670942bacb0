import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinFirst, truncate, maxMessageLength, sentence } from './text.ts';

it('messages have the maximum length of the CRD', () => {
  const crd = readFileSync(
    new URL('../../crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml', import.meta.url),
    'utf8',
  );
  expect(crd).toContain(`maxLength: ${maxMessageLength}\n`);
  expect(maxMessageLength).toBe(4096);
});

it.each([
  [[], ''],
  [['a', 'b'], 'a, b'],
  [['a', 'b', 'c', 'd'], 'a, b and 2 more'],
])('the first two of %j are listed as %j', (items, text) => {
  expect(joinFirst(items, 2)).toBe(text);
});

it.each([
  ['quota exceeded', 'quota exceeded.'],
  ['quota of v1.2 exceeded', 'quota of v1.2 exceeded.'],
  ['Done.', 'Done.'],
  ['Why?', 'Why?'],
])('%s is a sentence', (text, expected) => {
  expect(sentence(text)).toBe(expected);
});

describe('truncating a text', () => {
  it.each([
    ['short', 10, 'short'],
    ['exact', 5, 'exact'],
    ['a bit too long', 6, 'a bit…'],
    ['ab😀cd', 4, 'ab…'],
    ['ab😀cd', 5, 'ab😀…'],
    ['ab\ud800cd', 4, 'ab…'],
    ['ab\udbffcd', 4, 'ab…'],
    ['ab\ud7ffcd', 4, 'ab\ud7ff…'],
    ['ab\udc00cd', 4, 'ab\udc00…'],
    ['ab\ue000cd', 4, 'ab\ue000…'],
    ['', 5, ''],
  ])('%p to %p gives %p', (text, length, expected) => {
    expect(truncate(text, length)).toBe(expected);
  });

  it('never exceeds the limit and never breaks a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 20 }), (text, length) => {
        const result = truncate(text, length);
        expect(result.length).toBeLessThanOrEqual(length);
        expect(result.isWellFormed()).toBe(text.isWellFormed());
      }),
    );
  });
});
