import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AlreadyExistsError, CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { InjectMetric } from '../../metrics/metric.providers.ts';
import { metrics } from '../../metrics/metrics.ts';
import { observeConflict, observeStart } from '../observe-pipeline-run.ts';
import { observeRefusal } from '../observe-refusal.ts';
import { isControlledBy } from '../ownership.ts';
import { PipelineRuns } from '../pipeline-runs.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Sees to it that the execution has its PipelineRun: creates it, or adopts the one that an earlier try created before it
 * could write that down. There is never a second one, because its name is derived from the execution's UID.
 */
@Injectable()
export class StartPipelineRun implements Step {
  constructor(
    private readonly pipelineRuns: PipelineRuns,
    @InjectMetric(metrics.creationErrors) private readonly creationErrors: Pick<Counter, 'inc'>,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    try {
      const created = await this.pipelineRuns.create(execution, signal);
      return { kind: 'observed', observation: observeStart(created, 'created') };
    } catch (error) {
      if (error instanceof AlreadyExistsError) return this.#adopt(execution, error, signal);
      if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
      this.creationErrors.inc();
      const observation = observeRefusal(error);
      return { kind: 'observed', observation, retry: observation.phase === 'Pending' ? error : undefined };
    }
  }

  /** Read live: what the watch has seen may be older than the creation. */
  async #adopt(execution: WorkflowExecution, cause: AlreadyExistsError, signal: AbortSignal): Promise<StepOutcome> {
    const existing = await this.pipelineRuns.read(execution, signal);
    // It went between the two calls: the next try creates it.
    if (existing === undefined) throw cause;
    const ours = isControlledBy(existing, execution.metadata.uid);
    return { kind: 'observed', observation: ours ? observeStart(existing, 'adopted') : observeConflict(existing) };
  }
}
