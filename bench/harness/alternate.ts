/**
 * Alternates a reference measurement with work, starting and ending with the reference. Its mean is comparable with the work
 * even if a shared machine changes its speed within seconds.
 *
 * @param times number of work runs, at least one
 */
export async function alternate<L, W>(
  times: number,
  reference: () => Promise<L>,
  work: () => Promise<W>,
): Promise<{ readonly references: readonly L[]; readonly work: readonly [W, ...W[]] }> {
  const references = [await reference()];
  const worked: [W, ...W[]] = [await work()];
  references.push(await reference());
  while (worked.length < times) {
    worked.push(await work());
    references.push(await reference());
  }
  return { references, work: worked };
}
