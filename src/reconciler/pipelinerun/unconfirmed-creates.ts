import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';

/** Timeout of the request that creates a PipelineRun, for the client and for the API server, in milliseconds. */
export const createTimeoutMs = 30_000;

/**
 * How long a create may take effect after its client has given up, in milliseconds: the API server stops at the timeout of the
 * request (`WithRequestDeadline` in k8s.io/apiserver), and etcd at 7 s for a write that it has accepted (`ReqTimeout`); the rest
 * is a margin.
 */
export const lateCreateMs = createTimeoutMs + 15_000;

/**
 * Creates of PipelineRuns whose result is unknown: a request without an answer may take effect late. "Nothing ran" is true only
 * when none can. Nothing is written: a process that has just begun to lead adds every execution that has a lock, since the
 * previous one may have sent a create for it.
 */
@Injectable()
export class UnconfirmedCreates {
  /** When the last create of an execution ended, by its UID, in milliseconds of monotonic time; oldest first. */
  private readonly endedAt = new Map<string, number>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Records that a create has just ended whose result is unknown. */
  add({ uid }: Pick<WorkflowExecution['metadata'], 'uid'>): void {
    for (const known of this.endedAt.keys()) {
      if (this.remainingMs(known) > 0) break;
      this.endedAt.delete(known);
    }
    this.endedAt.delete(uid);
    this.endedAt.set(uid, this.clock.elapsedMs());
  }

  /** For how long a create of an execution may still take effect, in milliseconds; 0 if none can. */
  waitMs({ metadata }: { readonly metadata: Pick<WorkflowExecution['metadata'], 'uid'> }): number {
    return this.remainingMs(metadata.uid);
  }

  private remainingMs(uid: string): number {
    const endedAt = this.endedAt.get(uid) ?? -Infinity;
    return Math.max(0, endedAt + lateCreateMs - this.clock.elapsedMs());
  }
}
