import { textAt } from '../../history/json.ts';
import type { Change } from '../../history/change.ts';
import { markerOf } from '../../history/markers.ts';
import { phaseOf, succeededStatusOf } from '../timeline.ts';
import type { ExecutionTimeline, RunTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds executions whose outcome contradicts the status of their PipelineRun at that time. */
export function outcomeMatchesRun({ executions, runs }: Timeline): Violation[] {
  const byOwner = new Map(runs.map((run) => [run.owner ?? '', run]));
  return [...executions.values()].flatMap((execution) => {
    const { ended, uid } = execution;
    if (ended === undefined) return [];
    const run = byOwner.get(uid);
    const objection = run === undefined ? objectWithoutRun(ended) : objectToOutcome(ended, run);
    return objection === undefined ? [] : [violation(execution, ended, run, objection)];
  });
}

function violation(
  { key }: ExecutionTimeline,
  ended: Change,
  run: RunTimeline | undefined,
  objection: string,
): Violation {
  const proof = [ended, run?.states[0], run?.finished, run?.gone].filter((change) => change !== undefined);
  return {
    rule: 'An outcome is what the PipelineRun said',
    message: `${key} is ${phaseOf(ended)}, but ${objection}`,
    proof,
  };
}

function objectWithoutRun(ended: Change): string | undefined {
  return phaseOf(ended) === 'Completed' ? 'there was no PipelineRun' : undefined;
}

function objectToOutcome(ended: Change, run: RunTimeline): string | undefined {
  const phase = phaseOf(ended);
  if (phase === 'Skipped') return `PipelineRun ${run.key} was created for it`;
  const known = (change: Change | undefined) =>
    change !== undefined && change.revision < ended.revision ? change : undefined;
  const [finished, gone] = [known(run.finished), known(run.gone)];
  const verdict = finished && succeededStatusOf(finished);
  if (phase === 'Completed') return verdict === 'True' ? undefined : `its PipelineRun had not succeeded`;
  if (verdict === 'False') return undefined;
  // Its finalizer keeps it until the outcome is recorded, unless the administrator removed the finalizer.
  const isKept = !run.states.some(({ object }) => markerOf(object, 'finalizerRemoved') !== undefined);
  if (verdict === 'True' && (isKept || gone === undefined)) return 'its PipelineRun had succeeded';
  if (gone === undefined && run.abandoned === undefined) return 'its PipelineRun had not ended';
  return textAt(ended.object, 'status', 'failure', 'reason') === 'PipelineRunDeleted'
    ? undefined
    : 'its PipelineRun was deleted';
}
