import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CONFIG, type Config } from '../config/config.ts';
import { sleep, type Clock } from '../kubernetes/clock.ts';
import { CancelledError } from '../kubernetes/errors.ts';
import { keyFromString, keyOf, keyToString } from '../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { WorkQueue, type HandlerResult } from '../kubernetes/work-queue.ts';
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { LockCollector } from './lock-collector.ts';
import { controllingExecution } from './ownership.ts';
import { Reconciler } from './reconciler.ts';
import { CLOCK, LOGGER } from './tokens.ts';

const resyncName = 'reconciler-resync';

/**
 * Brings executions to the reconciler: watches put their keys on a queue, workers take them off. An execution is never
 * in two workers' hands, and one that fails comes back after a backoff of its own.
 */
@Injectable()
export class ControlLoop implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  // Failures are logged here, with the execution's UID, so the queue need not say them too.
  readonly #queue = new WorkQueue({ name: 'executions' });
  readonly #stop = new AbortController();
  #run: Promise<void> = Promise.resolve();
  #collection: Promise<void> | undefined;

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<WorkflowExecution>,
    @InjectReflector(pipelineRunResource) private readonly pipelineRuns: Reflector<PipelineRun>,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
    private readonly collector: LockCollector,
    private readonly reconciler: Reconciler,
    private readonly scheduler: SchedulerRegistry,
    @Inject(CONFIG) private readonly config: Pick<Config, 'workers' | 'resyncMs' | 'shutdownMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.executions.onChange(({ object }) => this.#queue.add(keyOf(object)));
    this.pipelineRuns.onChange(({ object }) => {
      const owner = controllingExecution(object);
      if (owner !== undefined) this.#queue.add(keyToString(owner));
    });
  }

  onApplicationBootstrap(): void {
    this.#run = this.#work();
    this.scheduler.addInterval(
      resyncName,
      setInterval(() => this.resync(), this.config.resyncMs),
    );
  }

  /** Looks at every execution again, which only repairs what a watch may have missed, and at every lock. */
  resync(): void {
    for (const key of this.executions.store.keys()) this.#queue.add(key);
    this.#collection ??= this.collector.collect(this.#stop.signal).finally(() => (this.#collection = undefined));
  }

  /** Lets the passes that have begun come to their end, for as long as the configuration allows. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.scheduler.doesExist('interval', resyncName)) this.scheduler.deleteInterval(resyncName);
    const timer = new AbortController();
    await Promise.race([this.#queue.drain(), sleep(this.clock, this.config.shutdownMs, timer.signal)]);
    timer.abort();
    this.#stop.abort();
    await Promise.all([this.#run, this.#collection]);
  }

  /** Nothing is decided before the stores are complete: a PipelineRun not seen yet is not one that is gone. */
  async #work(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await Promise.all([this.executions, this.pipelineRuns, this.leases].map((mirror) => mirror.synced(signal)));
    } catch (error) {
      if (error instanceof CancelledError) return;
      throw error;
    }
    this.log.info({ executions: this.executions.store.size, workers: this.config.workers }, 'reconciling');
    await this.#queue.run((key, stop) => this.#reconcile(key, stop), { concurrency: this.config.workers, signal });
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<HandlerResult> {
    const uid = this.executions.store.get(key)?.metadata.uid;
    try {
      return await this.reconciler.reconcile(keyFromString(key), signal);
    } catch (error) {
      const failures = this.#queue.failures(key) + 1;
      if (!signal.aborted) {
        this.log.warn({ execution: key, uid, failures, err: error }, 'reconciling failed, it is tried again');
      }
      throw error;
    }
  }
}
