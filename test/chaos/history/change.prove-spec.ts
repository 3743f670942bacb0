import { describe, expect, it } from '@jest/globals';
import { changeLine, parseHistory } from './change.ts';
import type { Change } from './change.ts';

const premises = JSON.stringify({
  seed: 1,
  lockNamespace: 'system',
  cooldownSeconds: 3,
  collectionSeconds: 9,
  leaderLeaseSeconds: 5,
  restorationSeconds: 3,
});
const change: Change = {
  line: 2,
  revision: 7,
  at: '2026-01-02T03:04:05.678Z',
  kind: 'Lease',
  gone: true,
  object: { metadata: { name: 'lock' } },
};

describe('a history', () => {
  it('is parsed as it was written', () => {
    const { changes } = parseHistory(`${premises}\n${changeLine(change)}\n`);
    expect(changes).toEqual([change]);
  });

  it('may be empty', () => {
    expect(parseHistory(`${premises}\n`).changes).toEqual([]);
  });

  it.each([
    ['no premises', '{}', 'The first line'],
    ['a truncated line', `${premises}\n{"revision":`, 'Line 2 is not a change'],
    ['an unknown kind', `${premises}\n${changeLine(change).replace('Lease', 'Secret')}`, 'Line 2 is not a change'],
    ['a change twice', `${premises}\n${changeLine(change)}\n${changeLine(change)}`, 'Line 3 is older'],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => parseHistory(text)).toThrow(message);
  });
});
