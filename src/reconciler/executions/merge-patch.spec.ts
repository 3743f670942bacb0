import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergePatch } from './merge-patch.ts';

/** A merge patch as RFC 7386 section 2 defines its effect. */
function apply(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, apply(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const json = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.array(fc.integer(), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { noNullPrototype: true }),
})).object;

describe('a merge patch', () => {
  it.each([
    ['nothing', { a: 1 }, { a: 1 }, undefined],
    ['one field', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 3 }],
    ['a removal', { a: 1, b: 2 }, { a: 1 }, { b: null }],
    ['an undefined field as a removal', { a: 1, b: 2 }, { a: 1, b: undefined }, { b: null }],
    ['a nested field', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    ['a list as a whole', { a: [1, 2] }, { a: [1, 3] }, { a: [1, 3] }],
    ['a list in place of an object', { a: { b: 1 } }, { a: [1] }, { a: [1] }],
    ['an object in place of a list', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['an object in place of null', { a: null }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['an object in place of nothing', {}, { a: { b: 1 } }, { a: { b: 1 } }],
    ['an object in place of a text', { a: 'b' }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['nothing where both are undefined', { a: undefined }, { a: undefined }, undefined],
    ['nothing where an undefined field is removed', { a: undefined }, {}, undefined],
    ['nothing where objects are alike', { a: { b: [1] } }, { a: { b: [1] } }, undefined],
  ])('says %s', (_what, from, to, expected) => {
    expect(mergePatch(from, to)).toEqual(expected);
  });

  it('turns any object into any other', () => {
    fc.assert(fc.property(json, json, (from, to) => expect(apply(from, mergePatch(from, to) ?? {})).toEqual(to)));
  });

  it('is undefined when nothing differs', () => {
    fc.assert(
      fc.property(json, (object) =>
        expect(mergePatch(object, JSON.parse(JSON.stringify(object)) as object)).toBeUndefined(),
      ),
    );
  });
});
