import { at } from '../../../cluster/json.ts';
import type { Change } from '../../history/change.ts';
import { objectsAt, textAt } from '../../history/json.ts';
import { lockTimeline } from '../lock-timeline.ts';
import { phaseOf } from '../timeline.ts';
import type { ExecutionTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds PipelineRuns that were created within the cooldown of an earlier execution of the same workflow and target. */
export function cooldownIsRespected(timeline: Timeline): Violation[] {
  const { runs, executions, premises } = timeline;
  const all = [...executions.values()];
  return runs.flatMap((run) => {
    const execution = executions.get(run.owner ?? '');
    if (execution === undefined) return [];
    const created = run.states[0];
    const earlier = all.find(
      (other) =>
        coolsDown(other, execution, created, premises.cooldownSeconds) && !isUnknowable(other, created, timeline),
    );
    if (earlier?.ended === undefined) return [];
    const message = `${run.key} was created ${secondsBetween(earlier.ended, created)} s after ${earlier.key} had completed`;
    return [{ rule: 'A cooldown is respected', message, proof: [earlier.ended, created] }];
  });
}

/** Both times are truncated seconds of the same machine's clock, so their difference is exact enough. */
function coolsDown(
  other: ExecutionTimeline,
  execution: ExecutionTimeline,
  created: Change,
  cooldownSeconds: number,
): boolean {
  const { ended } = other;
  if (ended === undefined || other === execution || ended.revision > created.revision) return false;
  const isSame = other.target === execution.target && other.workflowId === execution.workflowId;
  return isSame && stepsRan(ended) && secondsBetween(ended, created) < Math.floor(cooldownSeconds);
}

/** A deleted execution is remembered only by its lock, which the administrator may have deleted. */
function isUnknowable({ target, ended, gone }: ExecutionTimeline, created: Change, timeline: Timeline): boolean {
  if (ended === undefined || gone === undefined || gone.revision > created.revision) return false;
  return lockTimeline(target, timeline).some(
    ({ change, byAdmin }) =>
      byAdmin && change.gone && change.revision > ended.revision && change.revision < created.revision,
  );
}

function stepsRan(ended: Change): boolean {
  if (phaseOf(ended) === 'Completed') return !hasSkippedAllTasks(ended);
  return at(ended.object, 'status', 'failure', 'wasExecutionFailure') === true;
}

function hasSkippedAllTasks({ object }: Change): boolean {
  return objectsAt(object, 'status', 'conditions').some(({ reason }) => reason === 'AllTasksSkipped');
}

function secondsBetween(ended: Change, created: Change): number {
  const [completion, creation] = [
    textAt(ended.object, 'status', 'completionTime') ?? '',
    textAt(created.object, 'metadata', 'creationTimestamp') ?? '',
  ];
  return (Date.parse(creation) - Date.parse(completion)) / 1000;
}
