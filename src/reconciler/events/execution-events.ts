import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { EventRecorder } from '../../kubernetes/event-recorder.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { PooledKubeConfig } from '../../kubernetes/pooled-kube-config.ts';
import { WorkQueue } from '../../kubernetes/work-queue.ts';
import { packageUserAgent } from '../../kubernetes/user-agent.ts';
import type { ConditionUpdate } from '../../workflow-execution/conditions.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { happeningsOf } from './happenings.ts';
import { LOGGER } from '../executions/tokens.ts';

/** Who tells, as `kubectl describe` shows it. */
const controller = 'kubernaut.ai/workflow-execution';

/** How long a shutdown waits for Events that are not written yet, in milliseconds. */
const drainMs = 2_000;

/**
 * Tells what happened to executions as Kubernetes Events. It is told of what has been written to a status already, so an
 * Event never says what did not happen; one that is not written before a crash is lost, and the status has it all the same.
 * As long as executions wait to be reconciled, Events wait for them.
 */
@Injectable()
export class ExecutionEvents implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly recorder: EventRecorder;
  private readonly stop = new AbortController();
  private run: Promise<void> = Promise.resolve();

  constructor(
    kubeConfig: PooledKubeConfig,
    queue: WorkQueue,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) log: Logger,
  ) {
    // A client of its own: Events of what has been done are still written when this replica leads no more.
    const client = new KubernetesClient(kubeConfig, { userAgent: packageUserAgent() });
    this.recorder = new EventRecorder({
      client,
      reporter: { controller, instance: hostname() },
      clock,
      log,
      nameInLog: logFields,
      yieldsTo: () => queue.length > 0,
    });
  }

  onApplicationBootstrap(): void {
    this.run = this.recorder.run(this.stop.signal);
  }

  /** Tells what a look at an execution has brought about; returns at once. Parameters as of {@link happeningsOf}. */
  tell(before: WorkflowExecution, observation: Observation, after: WorkflowExecution): void {
    for (const happening of happeningsOf(before, observation, after)) this.recorder.record(after, happening);
  }

  /** Tells that events of an execution will not be in the audit trail, or not for now; of those that are nothing is told. */
  tellAudit(execution: WorkflowExecution, { status, reason, message }: ConditionUpdate): void {
    if (status !== 'False') return;
    this.recorder.record(execution, {
      type: 'Warning',
      reason: `Audit${reason}`,
      action: 'RecordAudit',
      note: message,
    });
  }

  /** Writes what is left: the control loop has ended by now, and the connections are closed after. */
  async onApplicationShutdown(): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.recorder.drain(), sleep(this.clock, drainMs, timer.signal)]);
    timer.abort();
    this.stop.abort();
    await this.run;
  }
}
