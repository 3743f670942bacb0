/** Result of a planted fault. */
export interface FaultResult {
  readonly name: string;
  readonly tier: string;
  readonly isCaught: boolean;
  /** Number of tests that failed. */
  readonly failed: number;
  readonly seconds: number;
  readonly output: string;
}

/** The results as a table for a terminal. */
export function tableOf(results: readonly FaultResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length), 'fault'.length);
  const row = (name: string, caught: string, tier: string, failed: string, seconds: string): string =>
    [name.padEnd(width), caught.padEnd(6), tier.padEnd(13), failed.padStart(6), seconds.padStart(7)].join('  ');
  const rows = results.map(({ name, tier, isCaught, failed, seconds }) =>
    row(name, isCaught ? 'yes' : 'NO', tier, String(failed), String(seconds)),
  );
  return [row('fault', 'caught', 'by', 'tests', 'seconds'), ...rows].join('\n');
}
