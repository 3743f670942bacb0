import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeViolation } from '../data-storage/index.ts';
import { simulateChaos } from './simulation/simulation.ts';

/** Another one in each run: a failure tells which. */
const seeds = Array.from({ length: 20 }, () => randomInt(2 ** 31));

describe('the audit trail in a simulated storm', () => {
  it.each(seeds)(
    'has each event once and in order, and says so, though the service is killed: seed %i',
    async (seed) => {
      const { violations, untold } = await simulateChaos({ seed, executions: 100, kills: 3, maxPending: 30 });

      expect(violations.map(describeViolation)).toEqual([]);
      expect(untold).toEqual([]);
    },
  );
});
