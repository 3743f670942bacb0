import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { everything } from './filter.ts';
import { comparePositions, PageTokens } from './page-token.ts';
import type { ListScope, Position } from './page-token.ts';

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

const tokens = new PageTokens(Buffer.from('a key of these tests'));
const scope: ListScope = { namespace: 'payment', filter: everything };

describe('a page token', () => {
  it('stands for the position that it was made of', () => {
    const token = tokens.encode(position, scope);

    expect(tokens.decode(token, scope)).toEqual(position);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each<[string, ListScope]>([
    ['another namespace', { namespace: 'billing', filter: everything }],
    ['all namespaces', { filter: everything }],
    ['another filter', { namespace: 'payment', filter: { phases: ['Failed'] } }],
  ])('is not good for %s', (_, other) => {
    const token = tokens.encode(position, scope);

    expect(() => tokens.decode(token, other)).toThrow('continue: was given out for another list');
  });

  it('that nobody gave out is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.base64String()), (token) => {
        expect(() => tokens.decode(token, scope)).toThrow('continue: must be a token that a list gave out');
      }),
    );
  });

  it('is refused when any character of it is another one', () => {
    const token = tokens.encode(position, scope);
    const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...base64), (at, character) => {
        fc.pre(token[at] !== character);
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        expect(() => tokens.decode(changed, scope)).toThrow('continue: must be a token that a list gave out');
      }),
    );
  });

  it('is refused when it was signed with another key', () => {
    const token = new PageTokens(Buffer.from('another key')).encode(position, scope);

    expect(() => tokens.decode(token, scope)).toThrow('continue: must be a token that a list gave out');
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
