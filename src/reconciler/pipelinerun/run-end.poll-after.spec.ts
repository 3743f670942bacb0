import { describe, expect, it } from '@jest/globals';
import { aPipelineRun } from '../../tekton/pipeline-run.builders.ts';
import { pollAfterMs } from './run-end.ts';

describe('a run that is ending', () => {
  it.each([
    ['just now', '2026-01-02T03:10:00Z', 250],
    ['two seconds ago', '2026-01-02T03:09:58Z', 1_000],
    ['a minute ago', '2026-01-02T03:09:00Z', 2_000],
    ['in the future, because clocks differ', '2026-01-02T03:11:00Z', 250],
    ['unknown', undefined, 1_000],
  ])('since %s is polled', (_, completionTime, expected) => {
    const pipelineRun = aPipelineRun({ status: { completionTime } });
    expect(pollAfterMs(pipelineRun, new Date('2026-01-02T03:10:00Z'))).toBe(expected);
  });
});
