import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from './context.ts';
import { isOfService } from './requests.ts';
import { restMs } from './service.ts';

/** Milliseconds without a question to the API server after which a service is at rest. */
const steadyMs = 2_000;

/** Waits until a service that was just started has come to rest: a leader that begins reads all executions once more. */
export async function waitUntilIdle(context: BenchContext): Promise<void> {
  context.step('waiting for the service to become idle');
  await delay(restMs, undefined, { signal: context.signal });
  for (let from = Date.now(); ; from = Date.now()) {
    await delay(steadyMs, undefined, { signal: context.signal });
    if (!(await context.requests(from, Date.now())).some(isOfService)) return;
  }
}
