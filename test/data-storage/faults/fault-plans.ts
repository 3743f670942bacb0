import type { FaultPlan, Fault } from './fault.ts';

const none: Fault = { kind: 'none' };

/** No fault. */
export const noFaults: FaultPlan = () => none;

/** The same fault for every request. */
export function always(fault: Fault): FaultPlan {
  return () => fault;
}

/** One after the other, from a list or a generator; then none. */
export function inTurn(faults: Iterable<Fault> | AsyncIterable<Fault>): FaultPlan {
  const coming = goThrough(faults);
  return async () => (await coming.next()).value ?? none;
}

async function* goThrough(faults: Iterable<Fault> | AsyncIterable<Fault>): AsyncGenerator<Fault, undefined> {
  yield* faults;
}

/** Faults with their relative frequency. */
export type Odds = readonly (readonly [share: number, fault: Fault])[];

/**
 * Random faults.
 *
 * @param random from 0 to below 1; the same numbers give the same faults
 */
export function byChance(random: () => number, odds: Odds): FaultPlan {
  const total = odds.reduce((sum, [share]) => sum + share, 0);
  return () => {
    let left = random() * total;
    for (const [share, fault] of odds) {
      left -= share;
      if (left < 0) return fault;
    }
    return none;
  };
}
