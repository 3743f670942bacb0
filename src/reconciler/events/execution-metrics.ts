import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { LRUCache } from 'lru-cache';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { BoundedLabel } from '../../metrics/bounded-label.ts';
import { InjectMetric } from '../../metrics/metric.providers.ts';
import { metrics } from '../../metrics/metrics.ts';
import type {
  Outcome,
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import type { Outdated } from '../executions/executions.ts';

const outcomes = ['Success', 'Failed', 'Skipped'] as const satisfies readonly Outcome[];

/** How many workflows are told apart. Of each there are twelve time series. */
const mostWorkflows = 100;
/** After how long without an end a workflow may leave its place to another one, in milliseconds. */
const idleWorkflowMs = 3_600_000;
/** How many ends may be unanswered at once: many more than there are workers. */
const mostUnanswered = 10_000;

/**
 * Counts executions that end, each once, whatever replica leads and however often it changes: at the write of the terminal
 * status, which succeeds once in the life of an execution. What ended while nobody led is written, and counted, by the
 * next leader. A write whose answer was lost is counted when its effect is seen. Only a process that dies between the
 * write and the count leaves one out, and its own counters die with it.
 */
@Injectable()
export class ExecutionMetrics {
  private readonly workflows: BoundedLabel;
  /** The UIDs of executions whose end was sent without an answer. */
  private readonly unanswered = new LRUCache<string, string>({ max: mostUnanswered });

  constructor(
    @InjectMetric(metrics.executions) private readonly total: Pick<Counter, 'inc' | 'remove'>,
    @InjectMetric(metrics.executionDuration) private readonly durations: Pick<Histogram, 'observe' | 'remove'>,
    @InjectMetric(metrics.failures) private readonly failures: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.skips) private readonly skips: Pick<Counter, 'inc'>,
    @Inject(CLOCK) clock: Clock,
  ) {
    const evicted = (workflow_id: string) => {
      for (const outcome of outcomes) total.remove({ workflow_id, outcome });
      durations.remove({ workflow_id });
    };
    this.workflows = new BoundedLabel({ most: mostWorkflows, idleMs: idleWorkflowMs, clock, evicted });
    for (const reason of ['ResourceBusy', 'RecentlyRemediated', 'Restored']) skips.inc({ reason }, 0);
  }

  /**
   * Counts an execution when its end has been written; the outcome of the write is handed on.
   *
   * @param execution as it was when `status` was decided on
   */
  async written(
    execution: WorkflowExecution,
    status: WorkflowExecutionStatus,
    writing: Promise<WorkflowExecution | Outdated>,
  ): Promise<WorkflowExecution | Outdated> {
    if (isTerminal(phaseOf(execution)) || !isTerminal(phaseOf({ ...execution, status }))) return writing;
    try {
      const written = await writing;
      if (written !== 'outdated') this.count(written);
      return written;
    } catch (error) {
      const { uid } = execution.metadata;
      this.unanswered.set(uid, uid);
      throw error;
    }
  }

  /** Counts an execution that is looked at when its end was written without an answer, and is there. */
  seen(execution: WorkflowExecution): void {
    if (this.unanswered.has(execution.metadata.uid) && isTerminal(phaseOf(execution))) this.count(execution);
  }

  private count({ metadata, spec, status = {} }: WorkflowExecution): void {
    this.unanswered.delete(metadata.uid);
    const { outcome, failure, skip } = status;
    const workflow_id = this.workflows.of(spec.workflowRef.workflowId);
    this.total.inc({ workflow_id, outcome });
    if (failure !== undefined) this.failures.inc({ reason: failure.reason });
    if (skip !== undefined) this.skips.inc({ reason: skip.reason });
    const seconds = secondsRun(status);
    if (seconds !== undefined) this.durations.observe({ workflow_id }, seconds);
  }
}

/** How long an execution ran, undefined when its PipelineRun was never started. */
function secondsRun({ startTime, completionTime }: WorkflowExecutionStatus): number | undefined {
  if (startTime === undefined || completionTime === undefined) return undefined;
  return Math.max(0, Date.parse(completionTime) - Date.parse(startTime)) / 1_000;
}
