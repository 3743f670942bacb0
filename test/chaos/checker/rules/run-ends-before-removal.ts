import { endOfRun, lastChangeOf } from '../timeline.ts';
import type { Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds executions that were removed while their PipelineRun was running. */
export function runEndsBeforeRemoval({ runs, executions }: Timeline): Violation[] {
  return runs.flatMap((run) => {
    const owner = executions.get(run.owner ?? '');
    if (owner?.gone === undefined || endOfRun(run) < owner.gone.revision) return [];
    const message = `${owner.key} is gone while ${run.key} was running`;
    return [
      {
        rule: 'No execution is removed while its PipelineRun runs',
        message,
        proof: [run.states[0], owner.gone, lastChangeOf(run)],
      },
    ];
  });
}
