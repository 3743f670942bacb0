import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { sleep } from '../../kubernetes/async.ts';
import { type Clock, CLOCK } from '../../kubernetes/clock.ts';
import type { EventInput } from '../../kubernetes/event.ts';
import { EventRecorder } from '../../kubernetes/event-recorder.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { PooledKubeConfig } from '../../kubernetes/pooled-kube-config.ts';
import { WorkQueue } from '../../kubernetes/work-queue.ts';
import { packageUserAgent } from '../../kubernetes/user-agent.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import { LOGGER } from '../executions/tokens.ts';
import { eventOf } from './event-of.ts';
import type { Transition } from './transitions.ts';

/** The reporting controller, as `kubectl describe` shows it. */
const controller = 'kubernaut.ai/workflow-execution';

/** How long a shutdown waits for Events that are not written yet, in milliseconds. */
const drainMs = 2_000;

/**
 * Records Kubernetes Events for transitions of executions. It gets transitions that the status has recorded, so an Event
 * that a crash loses is in the status all the same. While executions wait to be reconciled, Events wait for them.
 */
@Injectable()
export class ExecutionEvents implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly recorder: EventRecorder;
  /** For Events that people wait for. */
  private readonly urgent: EventRecorder;
  private readonly stop = new AbortController();
  private run: Promise<void> = Promise.resolve();

  constructor(
    kubeConfig: PooledKubeConfig,
    queue: WorkQueue,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) log: Logger,
  ) {
    // Not the reconciler's client: Events are still written after this replica has lost the leader lease.
    const client = new KubernetesClient(kubeConfig, { userAgent: packageUserAgent() });
    const options = { client, reporter: { controller, instance: hostname() }, clock, log };
    this.recorder = new EventRecorder({ ...options, logFields, yieldsTo: () => queue.length > 0 });
    this.urgent = new EventRecorder(options);
  }

  onApplicationBootstrap(): void {
    const runs = [this.recorder, this.urgent].map((recorder) => recorder.run(this.stop.signal));
    this.run = Promise.all(runs).then(() => undefined);
  }

  /** Records the Event for a transition, if it has one; returns immediately. */
  record(transition: Transition, execution: WorkflowExecution): void {
    const event = eventOf(transition, execution);
    if (event !== undefined) this.recorder.record(execution, event);
  }

  /** Records an Event about another object, which waits for nothing; returns immediately. */
  recordAbout(object: KubernetesObject, event: EventInput): void {
    this.urgent.record(object, event);
  }

  /** Writes the remaining Events: the control loop has ended, and connections are closed later. */
  async onApplicationShutdown(): Promise<void> {
    const timer = new AbortController();
    const drained = Promise.all([this.recorder.drain(), this.urgent.drain()]);
    await Promise.race([drained, sleep(this.clock, drainMs, timer.signal)]);
    timer.abort();
    this.stop.abort();
    await this.run;
  }
}
