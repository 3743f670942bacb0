import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparePositions, decodePageToken, encodePageToken } from './page-token.ts';
import type { Position } from './page-token.ts';

const position: Position = {
  creationTimestamp: '2026-01-02T03:04:05Z',
  namespace: 'payment',
  name: 'we-1',
  uid: 'u1',
};

const anyPosition = fc.record({
  creationTimestamp: fc.constantFrom('2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z'),
  namespace: fc.constantFrom('a', 'b'),
  name: fc.constantFrom('a', 'b'),
  uid: fc.constantFrom('1', '2'),
});

describe('a page token', () => {
  it('stands for the position that it was made of', () => {
    const token = encodePageToken(position, { namespace: 'payment' });

    expect(decodePageToken(token, { namespace: 'payment' })).toEqual(position);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each([
    ['another namespace', { namespace: 'billing' }],
    ['all namespaces', {}],
  ])('is not good for %s', (_, scope) => {
    const token = encodePageToken(position, { namespace: 'payment' });

    expect(() => decodePageToken(token, scope)).toThrow('continue: was given out for another list');
  });

  it('that nobody gave out is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.base64String()), (token) => {
        expect(() => decodePageToken(token, {})).toThrow('continue: must be a token that a list gave out');
      }),
    );
  });
});

describe('the order of executions', () => {
  it('is newest first, and total', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, anyPosition, (a, b, c) => {
        const order = comparePositions(a, b);
        expect(Math.sign(comparePositions(b, a))).toBe(-Math.sign(order) + 0);
        if (order < 0 && comparePositions(b, c) < 0) expect(comparePositions(a, c)).toBeLessThan(0);
        if (a.creationTimestamp > b.creationTimestamp) expect(order).toBeLessThan(0);
      }),
    );
  });
});
