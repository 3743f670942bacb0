import type { Meddling } from '../data-storage/index.ts';

/** How delivery is broken on purpose: some batches are said to be recorded and are not, or are sent twice. */
export type Breakage = 'loses' | 'doubles';

/** Every so many batches are meddled with. */
const every = 5;

/** Breaks the delivery to data storage. */
export function meddleWith(how: Breakage): Meddling {
  let batches = 0;
  return async ({ method, body }, forward) => {
    const isMeddled = method === 'POST' && (batches += 1) % every === 0;
    if (!isMeddled) return forward();
    if (how === 'loses') return { status: 201, body: JSON.stringify(lie(JSON.parse(body))) };
    await forward();
    return forward();
  };
}

/** What data storage would say if it had recorded these. */
function lie(events: unknown): object {
  return Array.isArray(events) ? { event_ids: events.map(() => 'lost') } : { event_id: 'lost' };
}
