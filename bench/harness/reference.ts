import { meanRates, type Rates } from './ceiling.ts';
import type { BenchContext } from './context.ts';
import { alternate } from './alternate.ts';

/**
 * Status patches per second, 32 at once, of a bare client on the reference machine. Everything is CPU-bound, so times scale
 * with the ceiling.
 */
export const referencePatches = 740;

/** Suffix of figures that are scaled to the reference machine. */
export const onReference = 'on the reference machine';

/** Concurrency of the ceiling for such figures. */
const concurrency = 32;

/**
 * Scales a time to the reference machine.
 *
 * @param patches per second on this machine
 */
export function timeOnReference(time: number, patches: number): number {
  return (time * patches) / referencePatches;
}

/**
 * Scales a rate to the reference machine.
 *
 * @param patches per second on this machine
 */
export function rateOnReference(rate: number, patches: number): number {
  return (rate * referencePatches) / patches;
}

/**
 * Alternates measurements with those of the ceiling, because shared machines change their speed within seconds.
 *
 * @param work stops the services that it starts
 * @param options concurrency of the ceiling (32) and number of measurements (1)
 * @returns all measurements, and the mean ceiling of before, between and after
 */
export async function againstCeiling<T>(
  context: BenchContext,
  work: () => Promise<T>,
  { atOnce = concurrency, times = 1 }: { readonly atOnce?: number; readonly times?: number } = {},
): Promise<{ readonly measured: readonly [T, ...T[]]; readonly ceiling: Rates }> {
  const turns = await alternate(times, () => context.rates(atOnce), work);
  return { measured: turns.work, ceiling: meanRates(turns.references) };
}
