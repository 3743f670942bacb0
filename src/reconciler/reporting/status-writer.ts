import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { mayHaveTakenEffect } from '../../kubernetes/errors.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { recordPhase } from '../../tracing/reconcile-span.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { logFields, isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { Executions, type Outdated } from '../executions/executions.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';
import { LOGGER } from '../executions/tokens.ts';
import { ExecutionEvents } from './execution-events.ts';
import { ExecutionMetrics } from './execution-metrics.ts';
import { logEntryOf } from './log-entry.ts';
import { transitions, type Transition } from './transitions.ts';

/** A status that was sent, and the execution it is based on. */
interface Write {
  readonly execution: WorkflowExecution;
  /** Absent if it was refused. */
  readonly status?: WorkflowExecutionStatus;
  readonly observation?: Observation;
}

/** Writes without an answer that are remembered: many more than there are workers. */
const maxUnanswered = 10_000;

/**
 * Writes statuses and reports the transitions that they record, each once: a write on a resourceVersion succeeds once,
 * whichever replica leads. A write whose answer was lost is reported when its effect is seen. Only a process that dies
 * between the write and the report leaves one out.
 */
@Injectable()
export class StatusWriter {
  private readonly unanswered = new LRUCache<string, Write>({ max: maxUnanswered });

  constructor(
    private readonly executions: Executions,
    private readonly refusedStatuses: RefusedStatuses,
    private readonly events: ExecutionEvents,
    private readonly metrics: ExecutionMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Makes `status` the status of an execution.
   *
   * @param observation the basis of the status
   * @throws KubernetesError; one of class InvalidError is remembered in {@link RefusedStatuses}
   */
  async write(
    execution: WorkflowExecution,
    status: WorkflowExecutionStatus,
    signal: AbortSignal,
    observation?: Observation,
  ): Promise<WorkflowExecution | Outdated> {
    const isEndOfRun = phaseOf(execution) === 'Running' && isTerminal(phaseOf({ ...execution, status }));
    const writing = this.executions.writeStatus(execution, status, signal);
    const written = await this.refusedStatuses.written(execution, writing, isEndOfRun).catch((error: unknown) => {
      const repeated = mayHaveTakenEffect(error) ? status : undefined;
      this.unanswered.set(execution.metadata.uid, { execution, status: repeated, observation });
      throw error;
    });
    if (written === 'outdated') return written;
    this.unanswered.delete(execution.metadata.uid);
    this.reportAll(execution, written, observation);
    return written;
  }

  /** Reports what a write without an answer has changed in an execution that was just read. */
  reportUnanswered(execution: WorkflowExecution): void {
    const { uid, resourceVersion } = execution.metadata;
    const write = this.unanswered.get(uid);
    if (write === undefined || write.execution.metadata.resourceVersion === resourceVersion) return;
    this.unanswered.delete(uid);
    this.reportAll(write.execution, execution, write.observation);
  }

  /**
   * Repeats a write without an answer, unless the execution has changed since: it may take effect late, so that another decision
   * would contradict it, and the cache may not have its effect yet.
   *
   * @returns undefined if there is none
   */
  async repeatUnanswered(
    { metadata }: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<WorkflowExecution | Outdated | undefined> {
    const { execution, status, observation } = this.unanswered.get(metadata.uid) ?? {};
    if (status === undefined || execution?.metadata.resourceVersion !== metadata.resourceVersion) return undefined;
    return this.write(execution, status, signal, observation);
  }

  /** Reports that our finalizer was removed from an execution. */
  reportDeleted(execution: WorkflowExecution): void {
    this.report({ kind: 'deleted' }, execution);
  }

  private reportAll(before: WorkflowExecution, after: WorkflowExecution, observation?: Observation): void {
    recordPhase(before, after);
    for (const transition of transitions(before, after, observation)) this.report(transition, after);
  }

  private report(transition: Transition, execution: WorkflowExecution): void {
    this.metrics.record(transition, execution);
    this.events.record(transition, execution);
    const entry = logEntryOf(transition, execution);
    if (entry !== undefined) this.log.info({ ...logFields(execution.metadata), ...entry.fields }, entry.message);
  }
}
