import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { hasFinalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { PipelineRunRetention } from '../pipelinerun/pipeline-run-retention.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import type { Step, StepOutcome } from './step.ts';

/** How long Tekton may still act on a PipelineRun that is being deleted, because it has not seen that yet. */
const settleMs = 5_000;

/**
 * Deletes the PipelineRun of an execution that is being deleted. Goes on when it is gone, or has been in deletion for some
 * seconds: a finalizer of somebody else may keep it, or one of its TaskRuns, while Tekton does nothing more for it. What goes
 * on of the run is awaited by {@link ReleaseTarget}.
 */
@Injectable()
export class DeletePipelineRun implements Step {
  constructor(
    private readonly pipelineRuns: PipelineRuns,
    private readonly retention: PipelineRunRetention,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (!hasFinalizer(execution)) return { kind: 'settled', reason: 'LeftToOthers' };
    const pipelineRun = await this.pipelineRuns.find(execution, signal);
    if (pipelineRun === undefined) return { kind: 'next', execution };
    const { deletionTimestamp } = pipelineRun.metadata;
    if (deletionTimestamp === undefined) await this.pipelineRuns.delete(pipelineRun, signal);
    await this.retention.release(pipelineRun, signal);
    const settled = Date.parse(deletionTimestamp ?? '') + settleMs <= this.clock.now().getTime();
    if (settled) return { kind: 'next', execution };
    // The watch tells when it is gone, which is mostly sooner.
    return { kind: 'settled', reason: 'PipelineRunIsBeingDeleted', requeueAfterMs: settleMs };
  }
}
