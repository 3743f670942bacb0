import { textAt } from '../../history/json.ts';
import type { Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds executions that report a PipelineRun which the service did not create. */
export function foreignRunIsNotReported({ executions, foreignRuns }: Timeline): Violation[] {
  const foreign = new Map(foreignRuns.map((run) => [run.uid, run]));
  return [...executions.values()].flatMap(({ key, states }) => {
    for (const state of states) {
      const run = foreign.get(textAt(state.object, 'status', 'pipelineRunRef', 'uid') ?? '');
      if (run === undefined) continue;
      return [
        {
          rule: 'No execution reports a foreign PipelineRun',
          message: `${key} names ${run.key}, which the service did not create`,
          proof: [run.states[0], state],
        },
      ];
    }
    return [];
  });
}
