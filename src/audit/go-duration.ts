/** A duration as Go's `time.Duration` writes whole seconds: `2m30s`, `1h0m0s`, `0s`. Fractions of a second are left out. */
export function goDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h}h${m}m${s}s`;
  return m > 0 ? `${m}m${s}s` : `${s}s`;
}
