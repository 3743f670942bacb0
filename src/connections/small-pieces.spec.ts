import { beforeEach, expect, it } from '@jest/globals';
import { smallPieces } from '../config/limits.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { SmallPieces } from './small-pieces.ts';

const { belowBytes, freePerBody, burst, refillMs } = smallPieces;
let clock: FakeClock;
let pieces: SmallPieces;
beforeEach(() => {
  clock = new FakeClock();
  pieces = new SmallPieces(clock);
});

/** How many of so many pieces are accepted. */
function accepted(admits: (bytes: number) => boolean, count: number, bytes = 1): number {
  return Array.from({ length: count }, () => admits(bytes)).filter(Boolean).length;
}

it('accepts a burst of small pieces from a connection, over all its bodies', () => {
  const connection = {};

  const first = accepted(pieces.ofBody(connection), burst);
  const second = accepted(pieces.ofBody(connection), burst);

  expect(first).toBe(burst);
  expect(second).toBe(2 * freePerBody);
});

it('accepts any number of pieces of ordinary size', () => {
  expect(accepted(pieces.ofBody({}), 10 * burst, belowBytes)).toBe(10 * burst);
});

it('accepts any number of small bodies over one connection', () => {
  const connection = {};
  const bodies = Array.from({ length: 3 * burst }, () => accepted(pieces.ofBody(connection), freePerBody));

  expect(new Set(bodies)).toEqual(new Set([freePerBody]));
});

it('accepts a body that a slow client sends byte by byte', async () => {
  const admits = pieces.ofBody({});
  let count = accepted(admits, burst);

  for (let round = 0; round < 4; round++) {
    await clock.advance(100 * refillMs);
    count += accepted(admits, 100);
  }

  expect(count).toBe(burst + 400);
});
