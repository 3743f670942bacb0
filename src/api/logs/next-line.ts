import type { ArrivedLine } from './pod-log.ts';

/** How a log stands that is merged with others. */
export type Standing =
  /** Nobody reads it yet, and its first line is not older than this. */
  | { readonly state: 'unopened'; readonly notBefore: string }
  /** Its next line is being waited for. */
  | { readonly state: 'asked' }
  /** It has nothing to tell just now. */
  | { readonly state: 'idle' }
  /** Its next line. `order` is its time, or that of the line before it where the clock of its node went back. */
  | { readonly state: 'ready'; readonly line: ArrivedLine; readonly order: string };

/** What time it is, in milliseconds. */
export interface Now {
  /** Since 1970. */
  readonly wallMs: number;
  readonly elapsedMs: number;
}

/** What comes next: to begin with a log, to tell the line of one, or to wait for news, for so long at most. */
export type Next =
  { readonly do: 'open' | 'tell'; readonly index: number } | { readonly do: 'wait'; readonly ms?: number };

/**
 * Which line comes next when several logs are told as one, ordered by time. A log that may still have an older line is
 * waited for; one that is idle is not, but a line has to have had the time to come from there.
 *
 * @param now of two clocks: this machine's, and the one that `arrivedMs` is of
 * @param graceMs how long ago a line was written, or has arrived, before it is told while another log is idle
 */
export function nextLine(logs: readonly Standing[], now: Now, graceMs: number): Next {
  const ready = earliest(logs, (log) => (log.state === 'ready' ? log.order : undefined));
  const unopened = earliest(logs, (log) => (log.state === 'unopened' ? log.notBefore : undefined));
  const isAsked = logs.some(({ state }) => state === 'asked');
  if (unopened !== undefined && (ready === undefined ? !isAsked : unopened.order <= ready.order)) {
    return { do: 'open', index: unopened.index };
  }
  if (ready === undefined || isAsked) return { do: 'wait' };
  const isAnyIdle = logs.some(({ state }) => state === 'idle');
  const wait = isAnyIdle ? graceMs - ageOf(logs[ready.index], now) : 0;
  return wait > 0 ? { do: 'wait', ms: wait } : { do: 'tell', index: ready.index };
}

/** The older of the two: the clock of a node may go before this machine's, and what is read late has arrived late. */
function ageOf(log: Standing | undefined, { wallMs, elapsedMs }: Now): number {
  if (log?.state !== 'ready') return Infinity;
  return Math.max(wallMs - Date.parse(log.line.time), elapsedMs - log.line.arrivedMs);
}

function earliest(
  logs: readonly Standing[],
  orderOf: (log: Standing) => string | undefined,
): { readonly index: number; readonly order: string } | undefined {
  let first: { index: number; order: string } | undefined;
  logs.forEach((log, index) => {
    const order = orderOf(log);
    if (order !== undefined && (first === undefined || order < first.order)) first = { index, order };
  });
  return first;
}
