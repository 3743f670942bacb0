import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { type Clock, CLOCK } from '../../kubernetes/clock.ts';
import { BoundedLabel } from '../../metrics/bounded-label.ts';
import { InjectMetric } from '../../metrics/metric.ts';
import { metrics } from '../../metrics/metrics.ts';
import type { Outcome, SkipReason, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Transition } from './transitions.ts';

const outcomes = ['Success', 'Failed', 'Skipped'] as const satisfies readonly Outcome[];

const initialSkips: Readonly<Record<SkipReason, 0>> = { ResourceBusy: 0, RecentlyRemediated: 0, Restored: 0 };

/** Workflows with a label value of their own; each has twelve time series. */
const maxWorkflows = 100;
/** A workflow without an execution that ended for this long may give its label value to another one, in milliseconds. */
const idleWorkflowMs = 3_600_000;

/** Counts executions that end, by outcome, reason and workflow, and observes how long they ran. */
@Injectable()
export class ExecutionMetrics {
  private readonly workflows: BoundedLabel;

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
    this.workflows = new BoundedLabel({ most: maxWorkflows, idleMs: idleWorkflowMs, clock, evicted });
    for (const [reason, count] of Object.entries(initialSkips)) skips.inc({ reason }, count);
  }

  record(transition: Transition, { spec, status = {} }: WorkflowExecution): void {
    if (transition.kind !== 'ended') return;
    const { outcome, failure, skip } = status;
    const workflow_id = this.workflows.of(spec.workflowRef.workflowId);
    this.total.inc({ workflow_id, outcome });
    if (failure !== undefined) this.failures.inc({ reason: failure.reason });
    if (skip !== undefined) this.skips.inc({ reason: skip.reason });
    if (transition.seconds !== undefined) this.durations.observe({ workflow_id }, transition.seconds);
  }
}
