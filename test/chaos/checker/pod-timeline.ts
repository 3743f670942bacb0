import { at } from '../../cluster/json.ts';
import type { Change } from '../history/change.ts';
import { keyOf, ownerOf, uidOf } from '../history/identity.ts';
import { objectsAt, textAt } from '../history/json.ts';
import type { RunTimeline } from './timeline.ts';

/** A pod of an execution by owner references: pod to TaskRun to PipelineRun. */
export interface PodTimeline {
  readonly key: string;
  /** UID of the WorkflowExecution. */
  readonly owner: string;
  /** The first state in which a step runs; undefined if none ran. */
  readonly started: Change | undefined;
  /** The first later state in which no step runs or can still start; undefined while one may run. */
  readonly ended: Change | undefined;
}

type States = readonly [Change, ...Change[]];

/** Pods that belong to PipelineRuns by owner reference; labels alone do not count. */
export function podTimelines(
  pods: readonly States[],
  taskRuns: readonly States[],
  runs: readonly RunTimeline[],
): readonly PodTimeline[] {
  const runOfTaskRun = new Map(taskRuns.map(([created]) => [uidOf(created), ownerOf(created)]));
  const executionOfRun = new Map(runs.map(({ uid, owner }) => [uid, owner]));
  return pods.flatMap((states) => {
    const run = runOfTaskRun.get(ownerOf(states[0]) ?? '');
    const owner = executionOfRun.get(run ?? '');
    return owner === undefined ? [] : [podTimeline(owner, states)];
  });
}

function podTimeline(owner: string, states: States): PodTimeline {
  const started = states.find(runsStep);
  const ended = started && states.find((state) => state.revision > started.revision && hasEnded(state));
  return { key: keyOf(states[0]), owner, started, ended };
}

function runsStep(state: Change): boolean {
  return !state.gone && stepsIn(state).some((step) => at(step, 'state', 'running') !== undefined);
}

/** Step containers have names that begin with `step-`; sidecars do not count. */
function hasEnded(state: Change): boolean {
  return state.gone || stepsIn(state).every((step) => at(step, 'state', 'terminated') !== undefined);
}

function stepsIn({ object }: Change) {
  const containers = objectsAt(object, 'status', 'containerStatuses');
  return containers.filter((container) => textAt(container, 'name')?.startsWith('step-'));
}
