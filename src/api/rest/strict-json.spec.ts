import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainJsonLimits } from '../validation/validation.pipe.ts';
import { jsonViolation } from './strict-json.ts';

describe('a repeated key', () => {
  it.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"spec":{"x":{},"targetResource":"a/b/c","targetResource":"d/e/f"}}', ['spec', 'targetResource']],
    ['{"a":{"b":1},"c":[{"d":1,"d":1}]}', ['c', 'd']],
    ['{"a" \n:1,"\\u0061":2}', ['a']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['[{"a":1},{"a":1,"a":1}]', ['a']],
  ])('is found in %s', (json, path) => {
    expect(jsonViolation(json)).toEqual({ path, message: 'is given twice' });
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
    expect(jsonViolation(json)).toBeUndefined();
  });

  it('is found everywhere, and only there', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, key) => {
        expect(jsonViolation(json)).toBeUndefined();
        const name = JSON.stringify(key);
        expect(jsonViolation(`{"x":[${json},{${name}:${json},${name}:${json}}]}`)).toBeDefined();
      }),
    );
  });
});

describe('a JSON text', () => {
  it.each([
    ['deep lists', '['.repeat(500_000), '', plainJsonLimits.tooDeep],
    ['deep objects', '{"a":'.repeat(200_000), 'a.a.a.a.a.a.a.a', plainJsonLimits.tooDeep],
    [
      'many fields',
      `{${Array.from({ length: 90_000 }, (_, i) => `"${i}":1`).join(',')}}`,
      '',
      plainJsonLimits.tooManyValues,
    ],
    [
      'many keys without values, which is not JSON',
      `{${Array.from({ length: 90_000 }, (_, i) => `"${i}"`).join(':')}`,
      '',
      plainJsonLimits.tooManyValues,
    ],
    ['many objects', `[${'{},'.repeat(300_000)}{}]`, '', plainJsonLimits.tooManyValues],
  ])('of %s is refused before it is parsed', (_, json, path, message) => {
    const violation = jsonViolation(json);

    expect(violation?.path.join('.')).toBe(path);
    expect(violation?.message).toContain(message);
  });

  it('with as many fields and values as a request may have is accepted', () => {
    expect(jsonViolation(JSON.stringify(Array.from({ length: plainJsonLimits.values }, () => 0)))).toBeUndefined();
  });
});
