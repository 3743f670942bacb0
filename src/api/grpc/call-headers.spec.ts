import { expect, it } from '@jest/globals';
import { normalizeTimeout } from './call-headers.ts';

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
  [undefined, undefined],
])('normalizes the timeout %s to %s', (value, expected) => {
  const headers = { 'grpc-timeout': value };

  normalizeTimeout(headers);

  expect(headers['grpc-timeout']).toBe(expected);
});
