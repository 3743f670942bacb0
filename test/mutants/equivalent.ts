import type { EquivalentMutant } from './score.ts';

/** Mutants that no test can kill, because they behave like the code; with the reason for each. */
export const equivalentMutants: readonly EquivalentMutant[] = [];
