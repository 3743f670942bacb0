import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { RunProgress } from '../pipelinerun/run-progress.ts';
import { UnrecordedEnds } from '../pipelinerun/unrecorded-ends.ts';
import { followPipelineRun } from './follow-pipeline-run.step.ts';
import type { StepOutcome } from './step.ts';

const { signal } = new AbortController();
export const startTime = '2026-01-02T03:00:00Z';
export const completionTime = '2026-01-02T03:00:10Z';
export const startDeadlineMs = 300_000;
export const statusDeadlineMs = 600_000;
export const isRunning = { ...succeeded('Unknown', 'Running'), startTime };

/** The step, on a cluster of its own in memory, 10 s after the PipelineRun was started. */
export function aStep() {
  const clock = new FakeClock(new Date(completionTime));
  const cluster = aFakeCluster({}, clock);
  const config = { startDeadlineMs, statusDeadlineMs };
  const unrecordedEnds = new UnrecordedEnds(cluster.taskRuns, config, clock);
  const runProgress = new RunProgress(cluster.taskRuns, clock);
  const context = { ...cluster, unrecordedEnds, runProgress, config, clock };
  const follow = async (execution: WorkflowExecution) => {
    cluster.sync();
    return observedBy(await followPipelineRun(execution, context, signal));
  };
  return { ...cluster, clock, follow };
}

function observedBy(outcome: StepOutcome) {
  if (outcome.kind !== 'observed') throw new Error(`it is ${outcome.kind}`);
  return outcome;
}

/** The execution after a status was written. */
export function written(execution: WorkflowExecution, { observation }: Extract<StepOutcome, { kind: 'observed' }>) {
  return { ...execution, status: nextStatus(execution, observation, new Date(completionTime)) };
}
