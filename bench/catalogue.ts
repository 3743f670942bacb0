import type { Bench } from './harness/bench.ts';
import { ceiling } from './benches/ceiling.ts';

/** Every bench there is, in the order in which they run. */
export const benches: readonly Bench[] = [ceiling];
