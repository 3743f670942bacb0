import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Config } from '../config/config.ts';
import { systemClock } from '../kubernetes/clock.ts';
import { nestLogger } from '../kubernetes/kubernetes.providers.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import type { ReflectorSource } from '../kubernetes/reflector.ts';
import { HOLDERS } from '../locking/holders.ts';
import { lockLabel } from '../locking/lock-lease.ts';
import { TargetLocks } from '../locking/target-locks.ts';
import { pipelineRunLabels } from '../tekton/build-pipeline-run.ts';
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { ControlLoop } from './control-loop.ts';
import { Executions } from './executions.ts';
import { ExecutionHolders } from './execution-holders.ts';
import { LifeOfAnExecution } from './life-of-an-execution.ts';
import { LockCollector } from './lock-collector.ts';
import { PipelineRuns } from './pipeline-runs.ts';
import { Reconciler } from './reconciler.ts';
import { AcquireTarget } from './steps/acquire-target.step.ts';
import { AddFinalizer } from './steps/add-finalizer.step.ts';
import { CancelBeforeStart } from './steps/cancel-before-start.step.ts';
import { DeletePipelineRun } from './steps/delete-pipeline-run.step.ts';
import { ExpireFinished } from './steps/expire-finished.step.ts';
import { FollowPipelineRun } from './steps/follow-pipeline-run.step.ts';
import { ReleaseTarget } from './steps/release-target.step.ts';
import { RemoveFinalizer } from './steps/remove-finalizer.step.ts';
import { RequestCancellation } from './steps/request-cancellation.step.ts';
import { StartPipelineRun } from './steps/start-pipeline-run.step.ts';
import { ValidateSpec } from './steps/validate-spec.step.ts';
import { CLOCK, LOGGER } from './tokens.ts';

/** What the reconciler needs mirrored; PipelineRuns and Leases that are not of this service are not even sent. */
export function reconcilerSources({
  namespace,
  watchNamespaces: namespaces,
}: Pick<Config, 'namespace' | 'watchNamespaces'>): readonly [
  ReflectorSource<WorkflowExecution>,
  ReflectorSource<PipelineRun>,
  ReflectorSource<Lease>,
] {
  return [
    { resource: workflowExecutionResource, namespaces },
    { resource: pipelineRunResource, namespaces, labelSelector: pipelineRunLabels.workflowExecution },
    { resource: leaseResource, namespaces: [namespace], labelSelector: `${lockLabel.name}=${lockLabel.value}` },
  ];
}

/**
 * The control loop. The application provides the configuration, the Kubernetes client and the reflectors of
 * {@link reconcilerSources}; all of these come from modules that are global.
 */
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [
    { provide: CLOCK, useValue: systemClock },
    { provide: LOGGER, useFactory: () => nestLogger('Reconciler') },
    Executions,
    PipelineRuns,
    { provide: HOLDERS, useClass: ExecutionHolders },
    TargetLocks,
    LockCollector,
    ValidateSpec,
    CancelBeforeStart,
    AddFinalizer,
    AcquireTarget,
    StartPipelineRun,
    RequestCancellation,
    FollowPipelineRun,
    ReleaseTarget,
    ExpireFinished,
    DeletePipelineRun,
    RemoveFinalizer,
    LifeOfAnExecution,
    Reconciler,
    ControlLoop,
  ],
})
export class ReconcilerModule {}
