import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { isAuditFinal } from '../../audit/audit-condition.ts';
import { CONFIG, type Config } from '../../config/config.ts';
import { pace, sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { WorkQueue } from '../../kubernetes/work-queue.ts';
import { InjectMetric } from '../../metrics/metric.ts';
import { metrics } from '../../metrics/metrics.ts';
import { isTerminal, logFields, phaseOf } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { Executions } from '../executions/executions.ts';
import { LOGGER } from '../executions/tokens.ts';
import { expiredExecutions, oldest, type HistoryConfig } from './expiry.ts';
import { FinishedExecution } from '../history/finished-execution.ts';
import { History } from '../history/history.ts';
import { isToBeSettled } from './settlement.ts';

/** Time between the beginnings of two passes, in milliseconds. */
const periodMs = 5_000;

/** Maximum writes of a pass: 20 a second. A deletion costs about five requests. */
const maxWrites = 100;

/** Time between two lists of the history, in milliseconds: it may be large. */
const relistMs = 3_600_000;

/** Time until a write that has failed is repeated, in milliseconds; others must not wait for it. */
const retryMs = 60_000;

/** How long a write waits for the queue to be empty, and how often it looks, in milliseconds. */
const [patienceMs, pollMs] = [200, 10];

/** A pass does this part of what is due, so that a backlog is spread over half a minute. */
const share = 1 / 6;

/** A write that nothing waits for. */
interface Chore {
  readonly execution: KubernetesObject;
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * Deletes finished executions whose TTL has passed or of which a namespace has too many, and marks executions as settled, so
 * that the controller forgets most of them. Its writes are spread over time, and slow down while live executions are queued. Lists the
 * history again every hour, in case the watch has missed something.
 */
@Injectable()
export class HistoryCleanup {
  /** When executions whose last write has failed are due again, by UID. */
  private readonly retries = new Map<string, number>();

  constructor(
    private readonly history: History,
    private readonly executions: Executions,
    private readonly queue: WorkQueue,
    @InjectMetric(metrics.expirations) private readonly expirations: Pick<Counter, 'inc'>,
    @Inject(CONFIG) private readonly config: HistoryConfig & Pick<Config, 'cooldownMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    for (const reason of ['ttl', 'limit']) expirations.inc({ reason }, 0);
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let listedAt = this.clock.elapsedMs();
    while (!signal.aborted) {
      if (this.clock.elapsedMs() - listedAt >= relistMs) {
        this.history.relist();
        listedAt = this.clock.elapsedMs();
      }
      await Promise.all([this.pass(signal), sleep(this.clock, periodMs, signal)]);
    }
  }

  private async pass(signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    const unsettled = this.executions.all();
    const elapsedMs = this.clock.elapsedMs();
    for (const [uid, dueMs] of this.retries) if (dueMs <= elapsedMs) this.retries.delete(uid);
    const chores = [...this.deletions(unsettled, now), ...this.settlements(unsettled, now)];
    for await (const chore of pace(chores, periodMs / 2, this.clock, signal)) {
      await this.attempt(chore, signal);
      await this.letLiveGoFirst(signal);
    }
  }

  /**
   * Waits while live executions are queued, but not for long: some may always be, and the history must not grow without end. A
   * deletion queues its execution, too, for some milliseconds.
   */
  private async letLiveGoFirst(signal: AbortSignal): Promise<void> {
    const giveUpMs = this.clock.elapsedMs() + patienceMs;
    while (this.queue.foregroundLength > 0 && this.clock.elapsedMs() < giveUpMs && !signal.aborted) {
      await sleep(this.clock, pollMs, signal);
    }
  }

  /** An error is logged, and the chore is left for later. */
  private async attempt({ execution, run }: Chore, signal: AbortSignal): Promise<void> {
    try {
      await run(signal);
    } catch (err) {
      if (signal.aborted) return;
      this.retries.set(execution.metadata.uid, this.clock.elapsedMs() + retryMs);
      this.log.warn({ ...logFields(execution.metadata), err }, 'finished execution not cleaned up');
    }
  }

  private deletions(unsettled: readonly WorkflowExecution[], now: Date): readonly Chore[] {
    const finished = unsettled.filter((execution) => isTerminal(phaseOf(execution)) && isAuditFinal(execution));
    // An execution is in both while it moves from one watch to the other.
    const unlisted = finished.map((each) => new FinishedExecution(each)).filter((each) => !this.history.has(each));
    const all = [...this.history.list(), ...unlisted];
    const expired = expiredExecutions(all, this.config, now.getTime(), maxWrites / share);
    const due = expired.filter(({ execution }) => !this.retries.has(execution.uid));
    return oldest(due, countPerPass(due), ({ execution }) => execution).map(({ execution, reason }) => ({
      execution,
      run: async (signal) => {
        await this.executions.delete(execution, signal);
        this.expirations.inc({ reason });
      },
    }));
  }

  private settlements(unsettled: readonly WorkflowExecution[], now: Date): readonly Chore[] {
    const due = unsettled.filter(
      (execution) => !this.retries.has(execution.metadata.uid) && isToBeSettled(execution, this.config.cooldownMs, now),
    );
    return due.slice(0, countPerPass(due)).map((execution) => ({
      execution,
      run: (signal) => this.executions.writeStatus(execution, { ...execution.status, settled: true }, signal),
    }));
  }
}

/** How many of the executions for which a write is due a pass writes. */
function countPerPass(due: readonly unknown[]): number {
  return Math.min(maxWrites, Math.ceil(due.length * share));
}
