import { describe, expect, it } from '@jest/globals';
import { LabelSelectorError, parseLabelSelector } from './label-selector.ts';

const labels = { team: 'payment', tier: 'test', empty: '', 'example.com/zone': 'a' };

describe('a label selector', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['team=payment', true],
    ['team == payment', true],
    ['team=billing', false],
    ['team!=billing', true],
    ['missing!=x', true],
    ['missing=', false],
    ['empty=', true],
    ['team', true],
    ['missing', false],
    ['!missing', true],
    ['! team', false],
    ['team in (billing, payment)', true],
    ['team in(payment)', true],
    ['team notin (payment)', false],
    ['missing notin (payment)', true],
    ['missing in (payment)', false],
    ['empty in ()', true],
    ['example.com/zone=a', true],
    ['team=payment,tier!=prod,!legacy,tier in (test,dev)', true],
    ['team=payment,tier=prod', false],
    ['toString', false],
    ['!toString', true],
  ])('%j matches: %s', (text, expected) => {
    expect(parseLabelSelector(text)(labels)).toBe(expected);
  });

  it.each([',', 'a,', 'a b', '=b', 'a=b=c', 'a in b', 'a in (b', 'in (b)', 'a/b/c', '-a', 'a=-b', `${'a'.repeat(64)}`])(
    '%j is refused',
    (text) => {
      expect(() => parseLabelSelector(text)).toThrow(LabelSelectorError);
    },
  );
});
