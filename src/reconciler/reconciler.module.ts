import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import type { Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { getReflectorToken, KubernetesModule } from '../kubernetes/kubernetes.module.ts';
import { nestLogger } from '../kubernetes/kubernetes.providers.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { PooledKubeConfig } from '../kubernetes/pooled-kube-config.ts';
import { packageUserAgent } from '../kubernetes/user-agent.ts';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import { leaseResource } from '../kubernetes/lease.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import { LOCK_HOLDERS } from '../locking/lock-holders.ts';
import { lockLabel } from '../locking/lock-lease.ts';
import { TargetLocks } from '../locking/target-locks.ts';
import { PausesModule } from '../pauses/pauses.module.ts';
import { TargetsModule } from '../targets/targets.module.ts';
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import { tracedWrite } from '../tracing/reconcile-span.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { settledView, unsettledView, workflowExecutionResource } from '../workflow-execution/resource.ts';
import { HistoryCleanup } from './cleanup/history-cleanup.ts';
import { PipelineRunSweep } from './cleanup/pipeline-run-sweep.ts';
import { ControlLoop, END_PROCESS } from './control-loop.ts';
import { reconcilerIndexes } from './executions/execution-indexes.ts';
import { ExecutionEvents } from './reporting/execution-events.ts';
import { StatusWriter } from './reporting/status-writer.ts';
import { Executions } from './executions/executions.ts';
import { finishedExecutionResource } from './history/finished-execution.ts';
import { History } from './history/history.ts';
import { listUnfinishedRuns, watchedLabel } from './pipelinerun/unfinished-runs.ts';
import { StepContext } from './steps/step-context.ts';
import { LEADER_CLIENT, Leadership } from './leadership.ts';
import { PhaseSteps } from './phase-steps.ts';
import { Informers } from './informers.ts';
import { PipelineRunAdoption } from './pipelinerun/pipeline-run-adoption.ts';
import { PipelineRunRetention } from './pipelinerun/pipeline-run-retention.ts';
import { PipelineRuns } from './pipelinerun/pipeline-runs.ts';
import { reconcilerMetrics } from './reconciler.metrics.ts';
import { Reconciler } from './reconciler.ts';
import { RefusedStatuses } from './executions/refused-statuses.ts';
import { RunEnds } from './pipelinerun/run-end.ts';
import { Resync } from './resync.ts';
import { TargetOccupancy } from './target/target-occupancy.ts';
import { TaskRuns } from './pipelinerun/task-runs.ts';
import { LOGGER } from './executions/tokens.ts';
import { RunProgress } from './pipelinerun/run-progress.ts';
import { PauseReports } from './pause-reports.ts';
import { StartsInProgress } from './pipelinerun/starts-in-progress.ts';
import { UnconfirmedCreates } from './pipelinerun/unconfirmed-creates.ts';
import { UnrecordedEnds } from './pipelinerun/unrecorded-ends.ts';

/** The reconciler's caches; the selectors exclude PipelineRuns and Leases of others. */
export function reconcilerCaches({
  namespace,
  watchNamespaces: namespaces,
}: Pick<Config, 'namespace' | 'watchNamespaces'>): readonly DynamicModule[] {
  const lockSelector = `${lockLabel.name}=${lockLabel.value}`;
  return [
    KubernetesModule.forResources([
      {
        ...{ resource: workflowExecutionResource, view: unsettledView, namespaces, indexes: reconcilerIndexes },
        fieldSelector: 'status.settled!=true',
      },
      {
        ...{ resource: finishedExecutionResource, view: settledView, namespaces },
        ...{ fieldSelector: 'status.settled=true', isBackground: true },
      },
      { resource: leaseResource, namespaces: [namespace], labelSelector: lockSelector },
    ]),
    KubernetesModule.forResource<PipelineRun, [KubernetesClient, Reflector<WorkflowExecution>]>(
      { resource: pipelineRunResource, namespaces, labelSelector: watchedLabel },
      [KubernetesClient, getReflectorToken(workflowExecutionResource, unsettledView)],
      listUnfinishedRuns,
    ),
  ];
}

function endProcess(log: Logger): (why: string) => void {
  return (why) => {
    log.error({}, why);
    process.exit(1);
  };
}

/** The controller. Global modules provide the configuration, the Kubernetes client and the {@link reconcilerCaches}. */
@Module({
  imports: [AuditModule, PausesModule, TargetsModule],
  providers: [
    { provide: LOGGER, useFactory: () => nestLogger('Reconciler') },
    { provide: END_PROCESS, inject: [LOGGER], useFactory: endProcess },
    {
      provide: LEADER_CLIENT,
      inject: [PooledKubeConfig],
      useFactory: (kubeConfig: PooledKubeConfig) => new KubernetesClient(kubeConfig),
    },
    Leadership,
    {
      // The reconciler's own: it writes only while this replica leads, so that a replica that was frozen does not write after
      // another one has taken over.
      provide: KubernetesClient,
      inject: [PooledKubeConfig, Leadership],
      useFactory: (kubeConfig: PooledKubeConfig, leadership: Leadership) =>
        new KubernetesClient(kubeConfig, {
          userAgent: packageUserAgent(),
          mayWrite: () => leadership.isHeld,
          aroundWrite: tracedWrite,
        }),
    },
    Informers,
    History,
    HistoryCleanup,
    PipelineRunSweep,
    Executions,
    ExecutionEvents,
    StatusWriter,
    PipelineRuns,
    PipelineRunAdoption,
    PipelineRunRetention,
    TargetOccupancy,
    TaskRuns,
    RefusedStatuses,
    RunEnds,
    StartsInProgress,
    UnconfirmedCreates,
    UnrecordedEnds,
    RunProgress,
    { provide: LOCK_HOLDERS, useExisting: TargetOccupancy },
    TargetLocks,
    Resync,
    PauseReports,
    StepContext,
    PhaseSteps,
    ...reconcilerMetrics,
    Reconciler,
    ControlLoop,
  ],
  exports: [WorkQueue],
})
export class ReconcilerModule {}
