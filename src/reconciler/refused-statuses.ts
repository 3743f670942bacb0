import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../kubernetes/clock.ts';
import { InvalidError } from '../kubernetes/errors.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { FirstSeen } from './first-seen.ts';
import type { Refusal } from './observe-refusal.ts';
import { CLOCK } from './tokens.ts';

/** Executions of which the API server refuses every status, so that the status cannot say since when they wait. */
@Injectable()
export class RefusedStatuses {
  readonly #refused = new FirstSeen();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Awaits a write of a status, and remembers whether it was refused for good. */
  async written<T>({ metadata }: WorkflowExecution, writing: Promise<T>): Promise<T> {
    try {
      const written = await writing;
      this.#refused.forget(metadata.uid);
      return written;
    } catch (error) {
      if (error instanceof InvalidError) this.#refused.note(metadata.uid, this.clock.now());
      throw error;
    }
  }

  /** Since when no status of an execution could be written; undefined when the last one could. */
  refusalOf({ metadata }: WorkflowExecution): Refusal | undefined {
    const since = this.#refused.get(metadata.uid);
    if (since === undefined) return undefined;
    return { since, reason: 'StatusRefused', message: 'The API server refused its status.' };
  }
}
