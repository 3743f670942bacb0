import type { PipelineRun } from './pipeline-run.ts';
import type { TaskExecution } from './run-activity.ts';
import { isFinished } from './task-run.ts';

/**
 * How many tasks of a running pipeline are done, and since when the others run: `2 of 5 tasks done; drain-node running since
 * 2026-01-02T03:04:05Z`. It names a time because the length of time would be outdated as soon as it is written. The text
 * changes only when a task starts or ends.
 *
 * @param children the TaskRuns and CustomRuns of the run that still exist
 * @returns undefined before Tekton has resolved the pipeline and started a task
 */
export function describeProgress({ status }: PipelineRun, children: readonly TaskExecution[]): string | undefined {
  const { tasks, childReferences, skippedTasks } = status;
  if (tasks === 0 || childReferences.length === 0) return undefined;
  const finished = new Set(children.filter(isFinished).map(({ metadata }) => metadata.name));
  const started = new Set(childReferences.map(taskOf));
  // A task of a matrix is done when all its children are.
  const unfinished = new Set(childReferences.filter(({ name }) => !finished.has(name)).map(taskOf));
  const done = `${started.size - unfinished.size + skippedTasks} of ${tasks} tasks done`;
  const running = children
    .filter((child) => !isFinished(child))
    .map(({ metadata }) => ({
      task: taskOf(childReferences.find(({ name }) => name === metadata.name) ?? metadata),
      since: metadata.creationTimestamp,
    }))
    .toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since));
  const [first] = running;
  if (first === undefined) return done;
  const others = new Set(running.map(({ task }) => task)).size - 1;
  return others === 0
    ? `${done}; ${first.task} running since ${first.since}`
    : `${done}; ${first.task} and ${others} more running, the first since ${first.since}`;
}

function taskOf({ task, name }: { readonly task?: string; readonly name: string }): string {
  return task ?? name;
}
