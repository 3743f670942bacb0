import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { LockHolders, LockHolderState } from '../../locking/lock-holders.ts';
import type { ExecutionId } from '../../locking/lock-record.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { cooldownOf } from './lock-claim.ts';
import { Executions } from '../executions/executions.ts';
import { isRunning } from '../observe/observe-pipeline-run.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';
import { RunEnds, runOf } from '../pipelinerun/run-end.ts';

/**
 * Tells what became of the execution that a lock names. A terminal phase says that nothing of it runs, so its target is
 * free from the moment that anybody can see it, without another write. An execution that does not exist any more has ended
 * unless its PipelineRun goes on, or a step of it.
 */
@Injectable()
export class ExecutionHolders implements LockHolders {
  constructor(
    private readonly executions: Executions,
    private readonly pipelineRuns: PipelineRuns,
    private readonly runEnds: RunEnds,
    private readonly refusedStatuses: RefusedStatuses,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  cached(holder: ExecutionId): LockHolderState {
    const seen = this.executions.cached(holder);
    return seen?.metadata.uid === holder.uid ? this.stateOf(seen) : { kind: 'live' };
  }

  async live(holder: ExecutionId, signal: AbortSignal): Promise<LockHolderState> {
    const execution = await this.executions.read(holder, signal);
    if (execution?.metadata.uid === holder.uid) return this.stateOf(execution);
    // By its name, which no other execution's has: one that was left behind may have lost its owner.
    const pipelineRun = await this.pipelineRuns.read({ metadata: holder }, signal);
    if (pipelineRun !== undefined && isRunning(pipelineRun)) return { kind: 'live' };
    // TaskRuns and pods by that name as well: nobody knows any more which UID the PipelineRun had that made them.
    const end = await this.runEnds.ensureEnded(runOf({ metadata: holder }), pipelineRun, signal);
    return end.kind === 'ended' ? { kind: 'ended' } : { kind: 'live' };
  }

  private stateOf(execution: WorkflowExecution): LockHolderState {
    const unrecordedEnd = this.refusedStatuses.unrecordedEndOf(execution);
    if (!isTerminal(phaseOf(execution)) && unrecordedEnd === undefined) return { kind: 'live' };
    return { kind: 'ended', cooldown: cooldownOf(execution, unrecordedEnd ?? this.clock.now()) };
  }
}
