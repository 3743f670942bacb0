import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../kubernetes/clock.ts';
import type { Holders, HolderState } from '../locking/holders.ts';
import type { ExecutionId } from '../locking/lock-record.ts';
import { readOutcome } from '../tekton/read-outcome.ts';
import { isTerminal, phaseOf } from '../workflow-execution/phase.ts';
import { cooldownOf } from './claims.ts';
import { Executions } from './executions.ts';
import { PipelineRuns } from './pipeline-runs.ts';
import { CLOCK } from './tokens.ts';

/**
 * Tells what became of the execution that a lock names. One that has ended is asked what the lock has to remember; one
 * that does not exist any more has ended unless its PipelineRun is there and unfinished. Pods that are still ending count as
 * running, but of one that is Completed every task has ended by itself.
 */
@Injectable()
export class ExecutionHolders implements Holders {
  constructor(
    private readonly executions: Executions,
    private readonly pipelineRuns: PipelineRuns,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  lastSeen(holder: ExecutionId): HolderState {
    const seen = this.executions.lastSeen(holder);
    if (seen?.metadata.uid !== holder.uid || phaseOf(seen) !== 'Completed') return { kind: 'live' };
    return { kind: 'ended', cooldown: cooldownOf(seen, this.clock.now()) };
  }

  async inspect(holder: ExecutionId, signal: AbortSignal): Promise<HolderState> {
    const execution = await this.executions.read(holder, signal);
    if (execution?.metadata.uid === holder.uid) {
      const phase = phaseOf(execution);
      if (!isTerminal(phase)) return { kind: 'live' };
      if (phase !== 'Completed' && (await this.pipelineRuns.hasLivePods(execution, signal))) return { kind: 'live' };
      return { kind: 'ended', cooldown: cooldownOf(execution, this.clock.now()) };
    }
    // By its name, which no other execution's has: one that was left behind may have lost its owner.
    const pipelineRun = await this.pipelineRuns.read({ metadata: holder }, signal);
    const isRunning = pipelineRun !== undefined && readOutcome(pipelineRun).state === 'running';
    const mayStillRun = isRunning || (await this.pipelineRuns.hasLivePods({ metadata: holder }, signal));
    return mayStillRun ? { kind: 'live' } : { kind: 'ended' };
  }
}
