/**
 * Looks at something, and works, in turns; the last is a look. What is worked on can be held against the mean of the looks
 * then, though machines that are shared change their speed within seconds.
 *
 * @param times how often is worked; at least once
 */
export async function alternate<L, W>(
  times: number,
  look: () => Promise<L>,
  work: () => Promise<W>,
): Promise<{ readonly looks: readonly L[]; readonly work: readonly [W, ...W[]] }> {
  const looks = [await look()];
  const worked: [W, ...W[]] = [await work()];
  looks.push(await look());
  while (worked.length < times) {
    worked.push(await work());
    looks.push(await look());
  }
  return { looks, work: worked };
}
