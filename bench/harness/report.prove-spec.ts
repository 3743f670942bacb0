import { describe, expect, it } from '@jest/globals';
import { atLeast, atMost, exactly, figure } from './figure.ts';
import { meetsAims, reportOf, valueText } from './report.ts';
import type { BenchResult } from './results.ts';

const result: BenchResult = {
  ...{ bench: 'burst', what: 'many at once', date: '2026-01-02T03:04:05Z', revision: 'abc', quick: true, seconds: 7 },
  machine: { cores: 2, memoryGb: 25, cpu: 'a CPU', node: 'v24.9.0' },
  figures: [figure('executions to terminal', 71.23, '/s', atLeast(70)), figure('writes', 6, '')],
};

describe('a report', () => {
  it('has a row for each figure with its target and whether it is met', () => {
    expect(reportOf(result)).toContain('executions to terminal │ 71.2/s │ at least 70 /s │ ✓');
  });

  it.each([
    [1234.5, 'ms', '1,235 ms'],
    [6, '', '6'],
    [0.0123, 'single writes', '0.0123 single writes'],
    [9.456, '%', '9.46%'],
  ])('formats %f %s as %s', (value, unit, text) => {
    expect(valueText(value, unit)).toBe(text);
  });

  it('meets its targets if every figure does; an unmeasured figure does not', () => {
    const missed = figure('reads', 1, '', exactly(0));
    const unknown = figure('latency, p50', Number.NaN, 'ms', atMost(10));

    expect(meetsAims(result)).toBe(true);
    expect([missed, unknown].map((one) => meetsAims({ ...result, figures: [one] }))).toEqual([false, false]);
  });
});
