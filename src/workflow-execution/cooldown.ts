/**
 * The end of the cooldown after an execution.
 *
 * @param from end of the execution, in milliseconds since the epoch
 * @returns in milliseconds since the epoch
 */
export function cooldownEnd(from: number, cooldownMs: number): number {
  return from + cooldownMs;
}
