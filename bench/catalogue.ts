import type { Bench } from './harness/bench.ts';
import { api } from './benches/api.ts';
import { burst } from './benches/burst.ts';
import { cost } from './benches/cost.ts';
import { memory } from './benches/memory.ts';
import { real } from './benches/real.ts';
import { watchers } from './benches/watchers.ts';
import { soak } from './benches/soak.ts';
import { single } from './benches/single.ts';

/** All benches in order of execution. */
export const benches: readonly Bench[] = [burst, single, cost, watchers, api, memory, soak, real];
