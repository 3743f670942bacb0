import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { observeStartDeadline, refusalOf } from '../observe-refusal.ts';
import { isControlledBy } from '../ownership.ts';
import { PipelineRuns } from '../pipeline-runs.ts';
import { RefusedStatuses } from '../refused-statuses.ts';
import { CLOCK } from '../tokens.ts';
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
    const refusal = refusalOf(execution) ?? this.refusedStatuses.refusalOf(execution);
    const { startDeadlineMs } = this.config;
    const isInTime = refusal === undefined || this.clock.now().getTime() - refusal.since < startDeadlineMs;
    if (isInTime) return { kind: 'next', execution };
    const existing = await this.pipelineRuns.read(execution, signal);
    if (existing !== undefined && isControlledBy(existing, execution)) return { kind: 'next', execution };
    return { kind: 'observed', observation: observeStartDeadline(refusal, startDeadlineMs) };
  }
}
