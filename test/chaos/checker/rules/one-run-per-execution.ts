import type { RunTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds executions with more than one PipelineRun at any time. */
export function oneRunPerExecution({ runs, executions }: Timeline): Violation[] {
  const byOwner = Map.groupBy(
    runs.filter((run): run is RunTimeline & { owner: string } => run.owner !== undefined),
    ({ owner }) => owner,
  );
  return [...byOwner]
    .filter(([, owned]) => owned.length > 1)
    .map(([owner, owned]) => ({
      rule: 'An execution never has two PipelineRuns',
      message: `${executions.get(owner)?.key ?? owner} has had ${owned.length}`,
      proof: owned.map(({ states }) => states[0]),
    }));
}
