import { endOfRun, lastChangeOf } from '../timeline.ts';
import type { RunTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

const rule = 'A target never has two unfinished PipelineRuns';

/** Finds PipelineRuns created before the previous one on the same target had ended. */
export function oneRunPerTarget(timeline: Timeline): Violation[] {
  const { known, unknown } = byTarget(timeline);
  const overlaps = [...known].flatMap(([target, runs]) => overlapsOf(target, runs));
  const strays = unknown.map((run) => ({
    rule,
    message: `PipelineRun ${run.key} belongs to no execution of this history, so its target is unknown`,
    proof: [run.states[0]],
  }));
  return [...overlaps, ...strays];
}

function byTarget({ runs, executions }: Timeline) {
  const known = new Map<string, RunTimeline[]>();
  const unknown: RunTimeline[] = [];
  for (const run of runs) {
    const target = executions.get(run.owner ?? '')?.target;
    if (target === undefined) unknown.push(run);
    else known.set(target, [...(known.get(target) ?? []), run]);
  }
  return { known, unknown };
}

function overlapsOf(target: string, runs: readonly RunTimeline[]): Violation[] {
  const ordered = runs.toSorted((a, b) => a.states[0].revision - b.states[0].revision);
  return ordered.flatMap((later, index) =>
    ordered
      .slice(0, index)
      .filter((earlier) => endOfRun(earlier) > later.states[0].revision)
      .map((earlier) => ({
        rule,
        message: `${target} got ${later.key} while ${earlier.key} was running`,
        proof: [earlier.states[0], later.states[0], lastChangeOf(earlier)],
      })),
  );
}
