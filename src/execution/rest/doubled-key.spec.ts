import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { doubledKey } from './doubled-key.ts';

describe('a key that a JSON object has twice', () => {
  it.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"spec":{"x":{},"targetResource":"a/b/c","targetResource":"d/e/f"}}', ['spec', 'targetResource']],
    ['{"a":{"b":1},"c":[{"d":1,"d":1}]}', ['c', 'd']],
    ['{"a" \n:1,"\\u0061":2}', ['a']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['[{"a":1},{"a":1,"a":1}]', ['a']],
  ])('is found in %s', (json, path) => {
    expect(doubledKey(json)).toEqual(path);
  });

  it.each([
    '{"a":{"a":1},"b":{"a":"a"}}',
    '{"a":"a","b":"a"}',
    '["a","a"]',
    '{"a":"\\",\\"a\\":1","b":1}',
    '{"a":"\\\\","b":1}',
    '"a"',
    '',
    '{"a',
    '}}{',
    '{"a":1]',
  ])('is not found in %s', (json) => {
    expect(doubledKey(json)).toBeUndefined();
  });

  it('is found wherever it is, and only when it is there', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, key) => {
        expect(doubledKey(json)).toBeUndefined();
        const name = JSON.stringify(key);
        expect(doubledKey(`{"x":[${json},{${name}:${json},${name}:${json}}]}`)).toBeDefined();
      }),
    );
  });

  it('is looked for once through the text', () => {
    const wide = `{${Array.from({ length: 50_000 }, (_, i) => `"${i}":"${'\\'.repeat(2)}"`).join(',')}}`;
    expect(doubledKey(`${'['.repeat(100_000)}${wide}`)).toBeUndefined();
  });
});
