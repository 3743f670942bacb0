import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from './context.ts';
import { isOfService } from './requests.ts';
import { restMs } from './service.ts';

/** Milliseconds without requests to the API server after which a service is idle. */
const steadyMs = 2_000;

/** Waits until a started service is idle: a new leader lists all executions once more. */
export async function waitUntilIdle(context: BenchContext): Promise<void> {
  context.step('waiting for the service to become idle');
  await delay(restMs, undefined, { signal: context.signal });
  for (let from = Date.now(); ; from = Date.now()) {
    await delay(steadyMs, undefined, { signal: context.signal });
    if (!(await context.requests(from, Date.now())).some(isOfService)) return;
  }
}
