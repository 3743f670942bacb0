import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Clock, CLOCK } from '../../kubernetes/clock.ts';
import { InvalidError } from '../../kubernetes/errors.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Refusal } from '../observe/observe-refusal.ts';

/** Times in milliseconds since the epoch. */
interface RefusedStatus {
  readonly since: number;
  /** When the end of its run was refused for the first time; absent while it was another status. */
  readonly endedAt?: number;
}

/** Executions that are remembered; beyond that the oldest are forgotten. */
const maxExecutions = 10_000;

/** Executions whose status the API server refuses, so that the status cannot say since when they wait. */
@Injectable()
export class RefusedStatuses {
  private readonly refused = new LRUCache<string, RefusedStatus>({ max: maxExecutions });

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Awaits the write of a status and remembers whether it was refused as invalid.
   *
   * @param isEndOfRun whether that status ends a Running execution
   */
  async written<T>({ metadata }: WorkflowExecution, writing: Promise<T>, isEndOfRun = false): Promise<T> {
    try {
      const written = await writing;
      this.refused.delete(metadata.uid);
      return written;
    } catch (error) {
      if (error instanceof InvalidError) this.remember(metadata.uid, isEndOfRun);
      throw error;
    }
  }

  /**
   * When a Running execution ended whose end the API server refuses to store. Nothing of it runs any more, so its target is
   * free. Undefined for any other execution.
   */
  unrecordedEndOf({ metadata }: WorkflowExecution): Date | undefined {
    const { endedAt } = this.refused.get(metadata.uid) ?? {};
    return endedAt === undefined ? undefined : new Date(endedAt);
  }

  /** Since when no status of an execution could be written; undefined if the last one could. */
  refusalOf({ metadata }: WorkflowExecution): Refusal | undefined {
    const refused = this.refused.get(metadata.uid);
    if (refused === undefined) return undefined;
    return { since: refused.since, reason: 'StatusRefused', message: 'The API server refused its status.' };
  }

  private remember(uid: string, isEndOfRun: boolean): void {
    const now = this.clock.now().getTime();
    const { since = now, endedAt = isEndOfRun ? now : undefined } = this.refused.get(uid) ?? {};
    this.refused.set(uid, { since, endedAt });
  }
}
