import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { cancellationOf, type PipelineRun } from '../../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isRunning, observeConflict, observeConflictEnding, observeStart } from '../observe/observe-pipeline-run.ts';
import { refusalOf } from '../observe/observe-refusal.ts';
import { isControlledBy } from '../pipelinerun/ownership.ts';
import type { ExistingRun } from '../pipelinerun/pipeline-run-adoption.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { pollAfterMs, RunEnds, runOf, type RunEnd } from '../pipelinerun/run-end.ts';
import type { Step, StepOutcome } from './step.ts';

type ObservedOutcome = Extract<StepOutcome, { kind: 'observed' }>;

/**
 * Ends the PipelineRun that names an execution as its controller and runs something else. It may change the target, so the
 * execution stays Pending, and keeps its target, until nothing of that run goes on. The status records it, so that no other
 * PipelineRun is created when that one is gone.
 */
@Injectable()
export class PipelineRunConflicts implements Step {
  constructor(
    private readonly pipelineRuns: PipelineRuns,
    private readonly runEnds: RunEnds,
    @Inject(CONFIG) private readonly config: Pick<Config, 'statusDeadlineMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (this.since(execution) === undefined) return { kind: 'next', execution };
    const found = await this.pipelineRuns.read(execution, signal);
    return this.end(execution, found !== undefined && isControlledBy(found, execution) ? found : undefined, signal);
  }

  /**
   * Takes up the PipelineRun that exists before the status records one: the execution's own is adopted, one that differs is
   * ended.
   *
   * @returns undefined when there is none, or it is somebody else's
   */
  async takeUp(
    execution: WorkflowExecution,
    existing: ExistingRun,
    signal: AbortSignal,
  ): Promise<ObservedOutcome | undefined> {
    if (existing.kind === 'own') {
      return { kind: 'observed', observation: observeStart(existing.pipelineRun, 'adopted') };
    }
    return existing.kind === 'different' ? this.end(execution, existing.pipelineRun, signal) : undefined;
  }

  /** @param pipelineRun undefined when it is gone */
  async end(
    execution: WorkflowExecution,
    pipelineRun: PipelineRun | undefined,
    signal: AbortSignal,
  ): Promise<ObservedOutcome> {
    const run = runOf(execution, pipelineRun);
    const mayGoOn = pipelineRun !== undefined && isRunning(pipelineRun);
    if (mayGoOn && cancellationOf(pipelineRun) !== 'Immediate') {
      await this.pipelineRuns.cancel(pipelineRun, 'Immediate', signal);
    }
    const end = await this.runEnds.ensureEnded(run, pipelineRun, signal);
    if ((end.kind === 'ended' && !mayGoOn) || this.isAbandoned(execution, end)) {
      return { kind: 'observed', observation: observeConflict(run, pipelineRun, end.taskRuns) };
    }
    const waitsFor = end.kind === 'waiting' ? end.waitsFor : `PipelineRun ${run.name}`;
    const requeueAfterMs = pollAfterMs(pipelineRun, this.clock.now());
    return { kind: 'observed', observation: observeConflictEnding(run, waitsFor), requeueAfterMs };
  }

  /** Tekton does not record the end in time, and no step runs. */
  private isAbandoned(execution: WorkflowExecution, end: RunEnd): boolean {
    const since = this.since(execution) ?? Infinity;
    const mayEnd = end.kind === 'ended' || end.isCancelled;
    return mayEnd && this.clock.now().getTime() - since > this.config.statusDeadlineMs;
  }

  /** Since when the status says that it waits for the end of such a run. */
  private since(execution: WorkflowExecution): number | undefined {
    const refusal = refusalOf(execution);
    return refusal?.reason === 'PipelineRunConflict' ? refusal.since : undefined;
  }
}
