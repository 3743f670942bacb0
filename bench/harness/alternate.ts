/**
 * Alternates a reference measurement with work, starting and ending with the reference. Its mean is comparable with the work
 * even if a shared machine changes its speed within seconds.
 *
 * @param times number of work runs, at least one
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
