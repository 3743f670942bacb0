import type { ProxyHandler } from '../data-storage/index.ts';

/** Some events are reported as recorded and are not, or are stored twice. */
export type Corruption = 'loses' | 'doubles';

/** One of this number of events is corrupted. */
const every = 5;

/** A proxy handler that corrupts the delivery. */
export function corrupt(how: Corruption): ProxyHandler {
  let events = 0;
  return async ({ method }, forward) => {
    const isCorrupted = method === 'POST' && (events += 1) % every === 0;
    if (!isCorrupted) return forward();
    if (how === 'loses') return { status: 201, body: JSON.stringify({ event_id: 'lost' }) };
    await forward();
    return forward();
  };
}
