import type { DrillFigures } from './drill.ts';
import type { DrillResult } from './run-drill.ts';

/** The figures of a drill with their labels. */
function rowsOf(figures: DrillFigures): readonly (readonly [string, string])[] {
  const { facts, notReady } = figures;
  const takenOver = figures.untilNextPipelineRun;
  return [
    ['calls answered', String(figures.calls)],
    ['attempts retried', String(figures.triedAgain)],
    ['of these after their deadline', String(figures.ranIntoDeadline)],
    ['calls failed', String(figures.failed)],
    ['longest time without an answer', `${figures.longestWithoutAnswer} s`],
    ['slowest answer', `${figures.slowestAnswer} s`],
    ...(takenOver === undefined ? [] : [['next PipelineRun after', `${takenOver} s`] as const]),
    ['longest wait for a PipelineRun', `${figures.longestUntilPipelineRun} s`],
    ['executions', String(figures.executions)],
    ['lost, duplicated, not completed', `${figures.lost}, ${figures.doubled}, ${figures.notCompleted}`],
    ['watch resumed, restarted', `${figures.watchResumed}, ${figures.watchStartedAnew}`],
    ['replicas that exited by themselves', String(figures.exits)],
    ...Object.entries(notReady).map(([name, seconds]) => [`${name} not ready`, `${seconds} s`] as const),
    ['no API ready', `${figures.noApiReady} s`],
    ['no controller ready', `${figures.noControllerReady} s`],
    ...Object.entries(facts).map(([name, value]) => [name, String(value)] as const),
  ];
}

/** The result of a drill as text. */
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

/** Whether all promises were kept. */
export function isKept({ promises }: DrillResult): boolean {
  return promises.every(({ kept }) => kept);
}
