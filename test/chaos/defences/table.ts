/** Whether the checker found a violation without a defence. */
export interface DefenceResult {
  readonly name: string;
  /** `clean`: the run with all defences; `skipped`: this machine cannot show it. */
  readonly result: 'clean' | 'shown' | 'NOT SHOWN' | 'skipped';
  readonly rule: string;
  /** Violations of the expected rule, and of other rules. */
  readonly found: number;
  readonly others: number;
  readonly seconds: number;
}

/** The results as a table for a terminal. */
export function tableOf(results: readonly DefenceResult[]): string {
  const width = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const names = width(['switched off', ...results.map(({ name }) => name)]);
  const rules = width(['rule', ...results.map(({ rule }) => rule)]);
  const row = (name: string, result: string, found: string, others: string, seconds: string, rule: string): string =>
    [
      name.padEnd(names),
      result.padEnd(9),
      found.padStart(10),
      others.padStart(6),
      seconds.padStart(7),
      rule.padEnd(rules),
    ].join('  ');
  const rows = results.map(({ name, result, found, others, seconds, rule }) =>
    row(name, result, String(found), String(others), String(seconds), rule),
  );
  return [row('switched off', 'result', 'violations', 'others', 'seconds', 'rule'), ...rows].join('\n');
}
