import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { InvalidError } from '../../kubernetes/errors.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { FirstSeen } from './first-seen.ts';
import type { Refusal } from '../observe/observe-refusal.ts';

/** Executions of which the API server refuses every status, so that the status cannot say since when they wait. */
@Injectable()
export class RefusedStatuses {
  private readonly refused = new FirstSeen();
  private readonly ends = new FirstSeen();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Awaits a write of a status, and remembers whether it was refused for good.
   *
   * @param isEndOfRun whether that status says that a Running execution has ended
   */
  async written<T>({ metadata }: WorkflowExecution, writing: Promise<T>, isEndOfRun = false): Promise<T> {
    try {
      const written = await writing;
      this.refused.forget(metadata.uid);
      this.ends.forget(metadata.uid);
      return written;
    } catch (error) {
      if (error instanceof InvalidError) this.refused.note(metadata.uid, this.clock.now());
      if (error instanceof InvalidError && isEndOfRun) this.ends.note(metadata.uid, this.clock.now());
      throw error;
    }
  }

  /**
   * When a Running execution ended whose end the API server refuses to record. Nothing of it runs any more, so its target is free.
   * Undefined for any other execution.
   */
  unrecordedEndOf({ metadata }: WorkflowExecution): Date | undefined {
    const since = this.ends.get(metadata.uid);
    return since === undefined ? undefined : new Date(since);
  }

  /** Since when no status of an execution could be written; undefined when the last one could. */
  refusalOf({ metadata }: WorkflowExecution): Refusal | undefined {
    const since = this.refused.get(metadata.uid);
    if (since === undefined) return undefined;
    return { since, reason: 'StatusRefused', message: 'The API server refused its status.' };
  }
}
