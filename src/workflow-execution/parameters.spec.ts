import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parameterBytes } from './generated/parameter-rules.ts';
import { parameterViolations, parametersOf } from './parameters.ts';
import { aSpec, largestParameters } from './workflow-execution.builders.ts';

const broken = (parameters: Record<string, string>) => parameterViolations(aSpec({ parameters }));

/**
 * How the kubelet expands text in a command, an argument or a variable without references:
 * `$$` is `$`, and `$(` begins a reference (third_party/forked/golang/expansion of kubernetes).
 */
function expanded(text: string): string | undefined {
  return text.includes('$(') ? undefined : text.replaceAll('$$', '$');
}

describe('a parameter', () => {
  it.each([
    '',
    '$',
    'costs $5',
    '^api-.*$x',
    'it\'s \\ "quoted"',
    'a\nb\tc\r\n',
    '\u0001\u007f\u2028',
    '😀 é ß',
    '<&>',
    '[1]',
    '{"a":1}',
  ])('may be %j, but not if it ends with $', (value) => {
    expect(broken({ A: value })).toEqual(value.endsWith('$') ? [expect.stringMatching(/^\[A\] must not/)] : []);
  });

  it.each(['$(date)', '$(params.B)', 'a$$b', 'a\0b', 'x$', '$$(A)', '$\0', 'a\ufffd', '$\ufffd'])(
    'is refused with its key: %j',
    (value) => {
      expect(broken({ GOOD: 'x', MESSAGE: value })).toEqual([
        expect.stringMatching(/^\[MESSAGE\] must not contain '\$\(', '\$\$', NUL or U\+FFFD, nor end in '\$'/),
      ]);
    },
  );

  it('is not changed by other parameters', () => {
    const value = fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', '\n', '\u2028', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        fc.pre(values.every((one) => broken({ A: one }).length === 0));
        const together = values.join('');
        expect(expanded(together)).toBe(together);
      }),
    );
  });

  it.each([
    ['that is the target as it was written', 'payment/deployment/payment-api', []],
    [
      'that is another target',
      'payment/deployment/other',
      ['[TARGET_RESOURCE] must be left out or equal spec.targetResource'],
    ],
  ])('of the name TARGET_RESOURCE %s', (_, value, expected) => {
    expect(broken({ TARGET_RESOURCE: value })).toEqual(expected);
  });
});

describe('the parameters together', () => {
  it.each([
    ['keys and values', largestParameters('x')],
    ['bytes, not characters', { P0: 'é'.repeat(parameterBytes.max / 2 - 1) }],
  ])('are limited in %s', (_, parameters) => {
    expect(broken(parameters)).toEqual([]);
    expect(broken({ ...parameters, P0: `${parameters['P0']}x` })).toEqual([
      ` ${parameterBytes.message}; they are ${parameterBytes.max + 1}`,
    ]);
  });

  it('always include the target', () => {
    expect(parametersOf(aSpec({ parameters: { A: '1', TARGET_RESOURCE: 'older' } }))).toEqual({
      A: '1',
      TARGET_RESOURCE: 'payment/deployment/payment-api',
    });
  });
});
