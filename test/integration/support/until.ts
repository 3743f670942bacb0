/** How long tests wait for something that should happen soon, in milliseconds; reached only when it does not. */
const defaultDeadlineMs = 30_000;
/** Longest pause between two checks, in milliseconds: tests run side by side, and many checks call the API server. */
const maxPauseMs = 50;

/** Checks a condition until it holds; throws when it does not within the deadline. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = defaultDeadlineMs,
): Promise<void> {
  const end = performance.now() + ms;
  for (let pauseMs = 5; !(await holds()); pauseMs = Math.min(pauseMs * 1.5, maxPauseMs)) {
    if (performance.now() > end) throw new Error(`Timed out after ${ms} ms, waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Awaits a promise that may never settle; throws when it has not within the deadline. */
export async function inTime<T>(what: string, promise: Promise<T>, ms = defaultDeadlineMs): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Timed out after ${ms} ms, waiting until ${what}`)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
