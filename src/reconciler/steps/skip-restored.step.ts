import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isRestored } from '../../workflow-execution/metadata.ts';
import { timestamp } from '../../workflow-execution/timestamp.ts';
import { PipelineRunAdoption } from '../pipelinerun/pipeline-run-adoption.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Skips an execution that was restored from a backup without its status: the original may have run. Once it has a phase, or
 * a PipelineRun, it is this service that has started it.
 */
@Injectable()
export class SkipRestored implements Step {
  constructor(
    private readonly adoption: PipelineRunAdoption,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const isNew = execution.status?.phase !== undefined || !isRestored(execution);
    if (isNew) return { kind: 'next', execution };
    const existing = await this.adoption.find(execution, signal);
    if (existing.kind === 'own' || existing.kind === 'different') return { kind: 'next', execution };
    const message =
      'Create a new execution if the target still needs it. This one was restored from a backup without its status, so it ' +
      'may have run before.';
    const skip = { reason: 'Restored', message, skippedAt: timestamp(this.clock.now()) } as const;
    return { kind: 'observed', observation: { phase: 'Skipped', skip } };
  }
}
