/** How long tests wait for something that should happen soon, in milliseconds; reached only when it does not. */
const defaultDeadlineMs = 30_000;

/** Looks at a condition again and again until it holds; throws when it does not within the deadline. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = defaultDeadlineMs,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
