import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noFilter } from './list-filter.ts';
import { comparePositions, decodePageToken, encodePageToken } from './page-token.ts';
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

const scope: ListScope = { namespace: 'payment', filter: noFilter };

describe('a page token', () => {
  it('decodes to its position', () => {
    const token = encodePageToken(position, scope);

    expect(decodePageToken(token, scope)).toEqual(position);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each<[string, ListScope]>([
    ['another namespace', { namespace: 'billing', filter: noFilter }],
    ['all namespaces', { filter: noFilter }],
    ['another filter', { namespace: 'payment', filter: { phase: ['Failed'] } }],
  ])('is refused for %s', (_, other) => {
    const token = encodePageToken(position, scope);

    expect(() => decodePageToken(token, other)).toThrow('continue: was returned by another list');
  });

  it.each<[string, unknown]>([
    ['not a list', { hash: 'h' }],
    ['too short', ['h', '2026-01-02T03:04:05Z', 'payment', 'we-1']],
    ['too long', ['h', '2026-01-02T03:04:05Z', 'payment', 'we-1', 'u1', 'more']],
    ['a list of other types', ['h', 1, 'payment', 'we-1', 'u1']],
  ])('is refused if its content is %s', (_, content) => {
    const token = Buffer.from(JSON.stringify(content)).toString('base64url');

    expect(() => decodePageToken(token, scope)).toThrow('continue: must be a token that a list returned');
  });

  it.each(['!', '=', ' ', 'A'])('is refused with %j after it', (more) => {
    const token = `${encodePageToken(position, scope)}${more}`;

    expect(() => decodePageToken(token, scope)).toThrow('continue: must be a token that a list returned');
  });

  it('is refused if it is another text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.base64String()), (token) => {
        expect(() => decodePageToken(token, scope)).toThrow('continue: must be a token that a list returned');
      }),
    );
  });
});

describe('the order of executions', () => {
  it('is newest first and total', () => {
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
