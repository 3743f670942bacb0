import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../kubernetes/clock.ts';
import { ConflictError } from '../kubernetes/errors.ts';
import { keyOf, type ObjectKey } from '../kubernetes/kubernetes-object.ts';
import type { Phase, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../workflow-execution/phase.ts';
import { summarise } from '../workflow-execution/status.ts';
import { Executions, type StatusWrite } from './executions.ts';
import { FollowPipelineRun } from './follow-pipeline-run.step.ts';
import { StartPipelineRun } from './start-pipeline-run.step.ts';
import type { Step, StepOutcome } from './step.ts';
import { CLOCK } from './tokens.ts';

/**
 * Brings one execution one phase further. A pass looks at it, does what its phase asks for, and writes the status that
 * follows, all of it from what is in the cluster: whatever a crash leaves behind, the next pass goes on from there.
 */
@Injectable()
export class Reconciler {
  /** What is done in which phase, in this order; the first step that knows how the execution stands ends the pass. */
  readonly #steps: Readonly<Record<Phase, readonly Step[]>>;

  constructor(
    private readonly executions: Executions,
    @Inject(CLOCK) private readonly clock: Clock,
    start: StartPipelineRun,
    follow: FollowPipelineRun,
  ) {
    this.#steps = { Pending: [start], Running: [follow], Completed: [], Failed: [], Skipped: [] };
  }

  /** @throws any error for which the execution is to come back after its backoff */
  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const seen = this.executions.lastSeen(key);
    if (seen === undefined || (await this.#pass(seen, signal)) !== 'outdated') return;
    const live = await this.executions.read(key, signal);
    if (live === undefined || (await this.#pass(live, signal)) !== 'outdated') return;
    throw new ConflictError(`${keyOf(live)} changed twice while it was being looked at`);
  }

  async #pass(execution: WorkflowExecution, signal: AbortSignal): Promise<StatusWrite> {
    const outcome = await this.#look(execution, signal);
    if (outcome.kind === 'next') return 'unchanged';
    const status = summarise(execution, outcome.observation, this.clock.now());
    const write = await this.executions.writeStatus(execution, status, signal);
    if (outcome.retry !== undefined && write !== 'outdated') throw outcome.retry;
    return write;
  }

  async #look(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    for (const step of this.#stepsFor(execution)) {
      const outcome = await step.run(execution, signal);
      if (outcome.kind !== 'next') return outcome;
    }
    return { kind: 'next', reason: 'NothingToDo' };
  }

  #stepsFor(execution: WorkflowExecution): readonly Step[] {
    const isBeingDeleted = execution.metadata.deletionTimestamp !== undefined;
    return isBeingDeleted ? [] : this.#steps[phaseOf(execution)];
  }
}
