/**
 * Milliseconds of the machine's monotonic clock. All processes of a machine have the same one, so that what one process
 * reports can be held against what another has seen.
 */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
