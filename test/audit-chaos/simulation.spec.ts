import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeViolation } from '../data-storage/index.ts';
import { simulateChaos } from './simulation/simulation.ts';

/** Random in each run; the title has the seed. */
const seeds = Array.from({ length: 20 }, () => randomInt(2 ** 31));

describe('the audit trail with simulated faults', () => {
  it.each(seeds)(
    'has each event once and in order, and every condition is final, though the service is killed: seed %i',
    async (seed) => {
      const { violations, unfinished } = await simulateChaos({ seed, executions: 100, kills: 3, maxPending: 30 });

      expect(violations.map(describeViolation)).toEqual([]);
      expect(unfinished).toEqual([]);
    },
  );
});
