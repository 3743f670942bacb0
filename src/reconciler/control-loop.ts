import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.ts';
import { CONFIG, type Config } from '../config/config.ts';
import { aborted, sleep } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { keyFromString } from '../kubernetes/kubernetes-object.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { WorkQueue, type HandlerResult } from '../kubernetes/work-queue.ts';
import { logFields } from '../workflow-execution/execution.ts';
import { AnotherInstallationError, installationLeaseKey } from './installation.ts';
import { Leadership } from './leadership.ts';
import { UnconfirmedCreates } from './pipelinerun/unconfirmed-creates.ts';
import { Informers } from './informers.ts';
import { Reconciler } from './reconciler.ts';
import { HistoryCleanup } from './cleanup/history-cleanup.ts';
import { PauseReports } from './pause-reports.ts';
import { Resync } from './resync.ts';
import { LOGGER } from './executions/tokens.ts';

/** Injection token of what ends the process when it must not continue, `(why: string) => void`. */
export const END_PROCESS = Symbol('EndProcess');

/**
 * The controller: informers enqueue keys, workers reconcile them. A key is never reconciled twice at the same time, and one that
 * fails is requeued with a backoff of its own. Every replica fills its caches and its queue; only the leader reconciles.
 */
@Injectable()
export class ControlLoop implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();
  private run: Promise<void> = Promise.resolve();

  constructor(
    private readonly queue: WorkQueue,
    private readonly informers: Informers,
    private readonly leadership: Leadership,
    private readonly resync: Resync,
    private readonly cleanup: HistoryCleanup,
    private readonly reconciler: Reconciler,
    private readonly creates: UnconfirmedCreates,
    private readonly trail: AuditTrail,
    private readonly pauseReports: PauseReports,
    @Inject(CONFIG) private readonly config: Pick<Config, 'workers' | 'shutdownMs' | 'clusterLeaseNamespace'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(END_PROCESS) private readonly endProcess: (why: string) => void,
  ) {}

  onModuleInit(): void {
    this.informers.onChange((key) => this.queue.add(key));
    this.trail.onUpdate((key) => this.queue.add(key));
  }

  onApplicationBootstrap(): void {
    this.run = this.lead();
  }

  /** Stops taking keys immediately: another replica may continue while this one still serves calls. */
  onModuleDestroy(): void {
    this.shutdown.abort();
  }

  /** Waits for the reconciles in progress, at most `shutdownMs`, and releases the leader lease. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.run;
  }

  private async lead(): Promise<void> {
    const end = await this.leadership.during(this.shutdown.signal, (leading) => this.work(leading));
    if (end === 'lost') this.endProcess('leader lease lost; another replica may be reconciling');
    if (end === 'refused') {
      const { installation = 'another namespace' } = this.leadership;
      this.endProcess(new AnotherInstallationError(installation, installationLeaseKey(this.config)).message);
    }
  }

  /**
   * Waits for complete caches first: they must have every PipelineRun, and everything that the previous leader did.
   */
  private async work(leading: AbortSignal): Promise<void> {
    if (!(await this.informers.caughtUp(leading))) return;
    // The previous leader may have sent a create without recording it.
    for (const holder of this.informers.lockHolders()) this.creates.add(holder);
    this.log.info({ executions: this.informers.executionKeys().length, workers: this.config.workers }, 'reconciling');
    const [stop, stopAudit] = [new AbortController(), new AbortController()];
    const reportingPauses = this.pauseReports.run(leading);
    const auditing = this.trail.run(stopAudit.signal, () => this.leadership.isHeld);
    const working = this.queue.run((key, signal) => this.reconcile(key, signal), {
      concurrency: this.config.workers,
      signal: stop.signal,
    });
    const repairing = Promise.all([this.resync.run(leading), this.cleanup.run(leading)]);
    await aborted(leading);
    await this.drain();
    stop.abort();
    await Promise.all([working, repairing, reportingPauses]);
    // Last, so that it delivers the events of the last reconciles.
    stopAudit.abort();
    await auditing;
  }

  private async drain(): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.queue.drain(), sleep(this.clock, this.config.shutdownMs, timer.signal)]);
    timer.abort();
  }

  private async reconcile(key: string, signal: AbortSignal): Promise<HandlerResult> {
    try {
      return await this.reconciler.reconcile(keyFromString(key), signal);
    } catch (error) {
      const failures = this.queue.failures(key) + 1;
      const uid = this.informers.uidOf(key);
      if (!signal.aborted) {
        this.log.warn(
          { ...logFields({ ...keyFromString(key), uid }), failures, err: error },
          'reconcile failed; retrying',
        );
      }
      // The backoff may exceed the start deadline.
      const deadlineInMs = this.reconciler.startDeadlineInMs(keyFromString(key));
      if (deadlineInMs !== undefined) this.queue.addAfter(key, deadlineInMs);
      throw error;
    }
  }
}
