import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';
import { observeStartDeadline, refusalOf, type Refusal } from '../observe/observe-refusal.ts';
import { isControlledBy } from '../pipelinerun/ownership.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Ends an execution that could not be started for too long, so that its target is free again. The time counts from the
 * first refusal, which the status records, or from when the API server first refused the status itself. It is not tried once
 * more: that try might be carried out after all and start the PipelineRun of an execution that has failed. What the tries
 * before came to is there by now.
 */
@Injectable()
export class EnforceStartDeadline implements Step {
  constructor(
    private readonly pipelineRuns: PipelineRuns,
    private readonly refusedStatuses: RefusedStatuses,
    @Inject(CONFIG) private readonly config: Pick<Config, 'startDeadlineMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const refusal = this.refusalOf(execution);
    if (refusal === undefined || this.leftMs(refusal) > 0) return { kind: 'next', execution };
    const existing = await this.pipelineRuns.read(execution, signal);
    if (existing !== undefined && isControlledBy(existing, execution)) return { kind: 'next', execution };
    return { kind: 'observed', observation: observeStartDeadline(refusal, this.config.startDeadlineMs) };
  }

  /** Milliseconds until a Pending execution is failed by its start deadline; undefined when it was not refused, or it is due. */
  dueInMs(execution: WorkflowExecution): number | undefined {
    const refusal = phaseOf(execution) === 'Pending' ? this.refusalOf(execution) : undefined;
    const leftMs = refusal && this.leftMs(refusal);
    return (leftMs ?? 0) > 0 ? leftMs : undefined;
  }

  private refusalOf(execution: WorkflowExecution): Refusal | undefined {
    return refusalOf(execution) ?? this.refusedStatuses.refusalOf(execution);
  }

  private leftMs({ since }: Refusal): number {
    return since + this.config.startDeadlineMs - this.clock.now().getTime();
  }
}
