/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** Injection token of the {@link Random} source. */
export const RANDOM = Symbol('Random');

/** A source of numbers in [0, 1); `Math.random` outside tests. */
export type Random = () => number;

/** Source of time; tests advance it by hand. */
export interface Clock {
  now(): Date;
  /** Monotonic time in milliseconds. */
  elapsedMs(): number;
  /** Calls `fn` after `ms` milliseconds; the returned function cancels the timer. */
  setTimer(ms: number, fn: () => void): () => void;
}

/** Node fires a timer of more than 2^31-1 ms (24.8 days) after 1 ms; longer ones are chained. */
const longestTimerMs = 2 ** 31 - 1;

/** The system clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  setTimer(ms, fn) {
    let left = ms;
    let timer: NodeJS.Timeout;
    const arm = () => {
      const part = Math.min(left, longestTimerMs);
      left -= part;
      timer = setTimeout(() => (left > 0 ? arm() : fn()), part);
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/** `metav1.MicroTime`: RFC 3339 in UTC with microseconds. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
