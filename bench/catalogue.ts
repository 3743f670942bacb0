import type { Bench } from './harness/bench.ts';
import { api } from './benches/api.ts';
import { burst } from './benches/burst.ts';
import { ceiling } from './benches/ceiling.ts';
import { contention } from './benches/contention.ts';
import { cost } from './benches/cost.ts';
import { memory } from './benches/memory.ts';
import { real } from './benches/real.ts';
import { simulation } from './benches/simulation.ts';
import { slopes } from './benches/slopes.ts';
import { watchers } from './benches/watchers.ts';
import { soak } from './benches/soak.ts';
import { single } from './benches/single.ts';

/** Every bench there is, in the order in which they run. */
export const benches: readonly Bench[] = [
  ceiling,
  burst,
  single,
  cost,
  contention,
  watchers,
  simulation,
  api,
  memory,
  soak,
  slopes,
  real,
];
