import type { DrillFigures } from './drill.ts';
import type { DrillResult } from './run-drill.ts';

/** The figures of a drill that a person reads, by what they say. */
function rowsOf(figures: DrillFigures): readonly (readonly [string, string])[] {
  const { facts, notReady } = figures;
  const takenOver = figures.untilNextPipelineRun;
  return [
    ['calls answered', String(figures.calls)],
    ['tries that were repeated', String(figures.triedAgain)],
    ['of these at the deadline', String(figures.ranIntoDeadline)],
    ['calls failed', String(figures.failed)],
    ['longest time without an answer', `${figures.longestWithoutAnswer} s`],
    ['slowest answer', `${figures.slowestAnswer} s`],
    ...(takenOver === undefined ? [] : [['next PipelineRun after', `${takenOver} s`] as const]),
    ['longest wait for a PipelineRun', `${figures.longestUntilPipelineRun} s`],
    ['executions', String(figures.executions)],
    ['lost, doubled, not completed', `${figures.lost}, ${figures.doubled}, ${figures.notCompleted}`],
    ['watch resumed, begun anew', `${figures.watchResumed}, ${figures.watchStartedAnew}`],
    ['replicas that ended by themselves', String(figures.exits)],
    ...Object.entries(notReady).map(([name, seconds]) => [`${name} not ready`, `${seconds} s`] as const),
    ['no API ready', `${figures.noApiReady} s`],
    ['no controller ready', `${figures.noControllerReady} s`],
    ...Object.entries(facts).map(([name, value]) => [name, String(value)] as const),
  ];
}

/** What a drill has shown, for a terminal. */
export function reportOf({ name, figures, promises, errors }: DrillResult): string {
  const rows = rowsOf(figures);
  const width = Math.max(...rows.map(([label]) => label.length));
  const reasons = errors.toSorted(([, a], [, b]) => b - a).slice(0, 5);
  return [
    '',
    name,
    ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    ...reasons.map(([why, times]) => `  ${times} times: ${why.slice(0, 160)}`),
    ...promises.map(({ sentence, kept }) => `  ${kept ? '✓' : '✗'} ${sentence}`),
    '',
  ].join('\n');
}

/** Whether everything was as promised. */
export function isKept({ promises }: DrillResult): boolean {
  return promises.every(({ kept }) => kept);
}
