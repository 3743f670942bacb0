import { meanRates, type Rates } from './ceiling.ts';
import type { BenchContext } from './context.ts';
import { alternate } from './alternate.ts';

/**
 * Status patches a second, 32 at once, of a bare client on the machine for which aims in seconds were set. Everything here is
 * bound by the machine's cores, so that a time is to one of there as the ceilings are to each other.
 */
export const referencePatches = 740;

/** How a figure is named that was translated to that machine. */
export const onReference = 'on the reference machine';

/** At how many at once the ceiling is measured that such a figure is held against. */
const concurrency = 32;

/** What a time would be on the machine for which the aims were set. @param patches a second, on this one */
export function timeOnReference(time: number, patches: number): number {
  return (time * patches) / referencePatches;
}

/** What a rate would be there. @param patches a second, on this one */
export function rateOnReference(rate: number, patches: number): number {
  return (rate * referencePatches) / patches;
}

/**
 * Measures something in turns with looks at the ceiling: machines that are shared change their speed within seconds.
 *
 * @param work ends the services that it starts
 * @param options at how many at once the ceiling is looked at, 32 by default, and how often is measured, by default once
 * @returns what it measured each time, and what a bare client can do, the mean of before, between and after
 */
export async function againstCeiling<T>(
  context: BenchContext,
  work: () => Promise<T>,
  { atOnce = concurrency, times = 1 }: { readonly atOnce?: number; readonly times?: number } = {},
): Promise<{ readonly measured: readonly [T, ...T[]]; readonly ceiling: Rates }> {
  const turns = await alternate(times, () => context.rates(atOnce), work);
  return { measured: turns.work, ceiling: meanRates(turns.looks) };
}
