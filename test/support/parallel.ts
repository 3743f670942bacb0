/**
 * Runs `work` for each item, `concurrency` at a time. The first failure stops it and is thrown.
 *
 * @param items may be infinite
 */
export async function forEachParallel<T>(
  concurrency: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = left.next(); !failed && next.done !== true; next = left.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** 0, 1, 2, … up to but excluding `end`. */
export function* numbers(end = Infinity): Generator<number> {
  for (let number = 0; number < end; number += 1) yield number;
}
