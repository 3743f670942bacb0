import type { Provider } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { keyFromString } from '../kubernetes/kubernetes-object.ts';
import { getReflectorToken } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import { WorkQueue, type WorkQueueObserver } from '../kubernetes/work-queue.ts';
import { LOCK_HOLDERS, type LockHolders } from '../locking/lock-holders.ts';
import { longestHeldSeconds } from '../locking/lock-lease.ts';
import type { ExecutionId } from '../locking/lock-record.ts';
import { metricProviders, readGauge, type Reading } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { controller, queueName, WorkQueueMetrics, workQueueMetrics } from '../metrics/work-queue-metrics.ts';
import type { Phase, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { allPhases, isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import { isPaused } from '../workflow-execution/status.ts';
import type { PausingObject } from '../pauses/pause.ts';
import { PauseReports } from './pause-reports.ts';
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
    provide: WorkQueue,
    inject: [Executions, History, WorkQueueMetrics],
    useFactory: executionQueue,
  },
  readGauge<[Config]>(metrics.maxWorkers, [CONFIG], ({ workers }) => [{ labels: controller, value: workers }]),
  readGauge(metrics.leader, [Leadership], ({ isHeld }) => [
    { labels: { name: leaderLeaseName }, value: Number(isHeld) },
  ]),
  readGauge<[Executions, History]>(metrics.executionsNow, [Executions, History], (executions, history) => {
    const unsettled = executions.all().filter((execution) => !history.has(idOf(execution)));
    return countByPhase([...unsettled.map(phaseOf), ...history.list().map(({ phase }) => phase)], history.hasSynced);
  }),
  readGauge<[Executions, Clock]>(metrics.oldestPending, [Executions, CLOCK], (executions, clock) => [
    { value: oldestPendingSeconds(executions.all(), clock.now()) },
  ]),
  readGauge(metrics.pauses, [PauseReports], ({ inForce }) => countPauses(inForce)),
  readGauge<[Reflector<Lease>, LockHolders, Clock]>(
    metrics.lockLongestHeld,
    [getReflectorToken(leaseResource), LOCK_HOLDERS, CLOCK],
    ({ store }, holders, clock) => {
      const isOver = (holder: ExecutionId) => holders.cached(holder).kind === 'ended';
      return [{ value: longestHeldSeconds(store.list(), isOver, clock.now()) }];
    },
  ),
];

/**
 * The queue of executions. Namespaces take turns, and settled executions wait for all others: a tenant may create, or delete,
 * thousands. The control loop logs failures with the UID of the execution, so the queue has no log.
 */
export function executionQueue(
  executions: Pick<Executions, 'cached'>,
  history: Pick<History, 'get'>,
  observer?: WorkQueueObserver,
): WorkQueue {
  const isSettled = (key: string) =>
    executions.cached(keyFromString(key)) === undefined && history.get(key) !== undefined;
  const groupOf = (key: string) => keyFromString(key).namespace ?? '';
  return new WorkQueue({ name: queueName, observer, isBackground: isSettled, groupOf });
}

/** The number of executions in each phase, also of phases without any; without final phases until the history is complete. */
export function countByPhase(phases: readonly Phase[], isComplete: boolean): readonly Reading[] {
  const counts = new Map(allPhases.filter((phase) => isComplete || !isTerminal(phase)).map((phase) => [phase, 0]));
  for (const phase of phases) {
    const count = counts.get(phase);
    if (count !== undefined) counts.set(phase, count + 1);
  }
  return [...counts].map(([phase, value]) => ({ labels: { phase }, value }));
}

/** The number of pauses of each scope. */
export function countPauses(pausing: readonly PausingObject[]): readonly Reading[] {
  const inNamespaces = pausing.filter(({ pause }) => pause?.namespace !== undefined).length;
  return [
    { labels: { scope: 'cluster' }, value: pausing.length - inNamespaces },
    { labels: { scope: 'namespace' }, value: inNamespaces },
  ];
}

/** Age of the oldest Pending execution that is not paused in seconds; 0 if none. */
export function oldestPendingSeconds(executions: readonly WorkflowExecution[], now: Date): number {
  const pending = executions.filter((execution) => phaseOf(execution) === 'Pending' && !isPaused(execution));
  const agesMs = pending.map(({ metadata }) => now.getTime() - Date.parse(metadata.creationTimestamp));
  return agesMs.reduce((oldest, age) => Math.max(oldest, age), 0) / 1_000;
}
