import { expect, it } from '@jest/globals';
import { correctTimeout } from './call-timeout.ts';

it.each([
  ['1S', '1S'],
  ['99999999u', '99999999u'],
  ['596H', '596H'],
  ['597H', undefined],
  ['99999999H', undefined],
  ['99999999S', undefined],
  ['-1S', 'invalid'],
  ['1Sx', 'invalid'],
  ['123456789S', 'invalid'],
  ['', 'invalid'],
])('reads the timeout %s as %s', (value, expected) => {
  const headers = { 'grpc-timeout': value };

  correctTimeout(headers);

  expect(headers['grpc-timeout']).toBe(expected);
});

it('leaves a call without a timeout alone', () => {
  const headers = {};

  correctTimeout(headers);

  expect(headers).toEqual({});
});
