import type { Provider } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { getReflectorToken } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import { LOCK_HOLDERS, type LockHolders } from '../locking/lock-holders.ts';
import { longestHeldSeconds } from '../locking/lock-lease.ts';
import type { ExecutionId } from '../locking/lock-record.ts';
import { metricProviders, readGauge, type Reading } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { controller, queueName, WorkQueueMetrics, workQueueMetrics } from '../metrics/work-queue-metrics.ts';
import type { Phase, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { allPhases, phaseOf } from '../workflow-execution/execution.ts';
import { Executions } from './executions/executions.ts';
import { History } from './history/history.ts';
import { idOf } from './target/lock-claim.ts';
import { ExecutionMetrics } from './reporting/execution-metrics.ts';
import { leaderLeaseName } from './installation.ts';
import { Leadership } from './leadership.ts';

/** The reconciler's metrics and its work queue. */
export const reconcilerMetrics: readonly Provider[] = [
  ...metricProviders(
    metrics.executions,
    metrics.executionDuration,
    metrics.failures,
    metrics.skips,
    metrics.creationErrors,
    metrics.lockContention,
    metrics.expirations,
  ),
  ExecutionMetrics,
  ...workQueueMetrics,
  {
    // The control loop logs failures with the UID of the execution, so the queue has no log.
    provide: WorkQueue,
    inject: [WorkQueueMetrics],
    useFactory: (observer: WorkQueueMetrics) => new WorkQueue({ name: queueName, observer }),
  },
  readGauge<[Config]>(metrics.maxWorkers, [CONFIG], ({ workers }) => [{ labels: controller, value: workers }]),
  readGauge(metrics.leader, [Leadership], ({ isHeld }) => [
    { labels: { name: leaderLeaseName }, value: Number(isHeld) },
  ]),
  readGauge<[Executions, History]>(metrics.executionsNow, [Executions, History], (executions, history) => {
    const unsettled = executions.all().filter((execution) => !history.has(idOf(execution)));
    return countByPhase([...unsettled.map(phaseOf), ...history.list().map(({ phase }) => phase)]);
  }),
  readGauge<[Executions, Clock]>(metrics.oldestPending, [Executions, CLOCK], (executions, clock) => [
    { value: oldestPendingSeconds(executions.all(), clock.now()) },
  ]),
  readGauge<[Reflector<Lease>, LockHolders, Clock]>(
    metrics.lockLongestHeld,
    [getReflectorToken(leaseResource), LOCK_HOLDERS, CLOCK],
    ({ store }, holders, clock) => {
      const isOver = (holder: ExecutionId) => holders.cached(holder).kind === 'ended';
      return [{ value: longestHeldSeconds(store.list(), isOver, clock.now()) }];
    },
  ),
];

/** The number of executions in each phase, also of phases without any. */
export function countByPhase(phases: readonly Phase[]): readonly Reading[] {
  const counts = new Map(allPhases.map((phase) => [phase, 0]));
  for (const phase of phases) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  return [...counts].map(([phase, value]) => ({ labels: { phase }, value }));
}

/** Age of the oldest Pending execution in seconds; 0 if none. */
export function oldestPendingSeconds(executions: readonly WorkflowExecution[], now: Date): number {
  const pending = executions.filter((execution) => phaseOf(execution) === 'Pending');
  const agesMs = pending.map(({ metadata }) => now.getTime() - Date.parse(metadata.creationTimestamp));
  return agesMs.reduce((oldest, age) => Math.max(oldest, age), 0) / 1_000;
}
