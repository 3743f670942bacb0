/** Time as the toolkit sees it, so that tests can move it by hand. */
export interface Clock {
  now(): Date;
  /** Milliseconds since some moment, for measuring: unlike {@link now} it never jumps when somebody sets the time. */
  elapsedMs(): number;
  /** Calls `fn` once after `ms` milliseconds (at once for 0 or less); the returned function cancels it. */
  setTimer(ms: number, fn: () => void): () => void;
}

/** Node fires a timer of more than 2^31-1 ms (24.8 days) after 1 ms, so longer ones are made of several. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
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

/** Resolves after `ms` milliseconds, or as soon as `signal` aborts; it never rejects, the caller looks at the signal. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.setTimer(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
