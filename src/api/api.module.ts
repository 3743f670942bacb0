import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import type { Config } from '../config/config.ts';
import { HealthModule } from '../health/health.module.ts';
import { getReflectorToken } from '../kubernetes/kubernetes.module.ts';
import type { Reflector, ReflectorSource } from '../kubernetes/reflector.ts';
import { WatchCache } from '../kubernetes/watch-cache.ts';
import { PausesModule } from '../pauses/pauses.module.ts';
import { TargetsModule } from '../targets/targets.module.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { apiMetrics } from './api.metrics.ts';
import { AccessLog } from './call/access-log.ts';
import { AccessGuard } from './call/access.guard.ts';
import { Authentication } from './call/authentication.ts';
import { ResponseBudget } from './call/byte-budget.ts';
import { RequestBudgets } from './call/request-budget.ts';
import { Drain } from './call/drain.ts';
import { KubernetesErrorMapper } from './call/kubernetes-errors.ts';
import { OpenStreams } from './call/open-streams.ts';
import { Permissions } from './call/permissions.ts';
import { RateLimits } from './call/rate-limits.ts';
import { TargetAccess } from './call/target-access.ts';
import {
  cachedExecutionIndexes,
  cachedExecutionResource,
  type CachedExecution,
} from './executions/cached-execution.ts';
import { ExecutionGrpcController } from './executions/execution-grpc.controller.ts';
import { ExecutionController } from './executions/execution.controller.ts';
import { ExecutionService } from './executions/execution.service.ts';
import { IdempotentCreate } from './executions/idempotent-create.ts';
import { ListService } from './executions/list.service.ts';
import { PacedReads } from './executions/paced-reads.ts';
import { ResourceVersionBarrier } from './executions/resource-version-barrier.ts';
import { CallAdmission } from './grpc/call-admission.ts';
import { GrpcHealth } from './grpc/grpc-health.ts';
import { LogsGrpcController } from './logs/logs-grpc.controller.ts';
import { LogsController } from './logs/logs.controller.ts';
import { LogsService } from './logs/logs.service.ts';
import { BundleResolver } from './preflight/bundle-resolver.ts';
import { PreflightSweep } from './preflight/preflight-sweep.ts';
import { PreflightService } from './preflight/preflight.service.ts';
import { NAME_SUFFIX, randomSuffix } from './resource/names.ts';
import { JsonBodyInterceptor } from './rest/json-body.interceptor.ts';
import { TargetGrpcController } from './targets/target-grpc.controller.ts';
import { TargetController } from './targets/target.controller.ts';
import { TargetService } from './targets/target.service.ts';
import { WatchGrpcController } from './watch/watch-grpc.controller.ts';
import { WatchController } from './watch/watch.controller.ts';
import { WatchService } from './watch/watch.service.ts';

/** The resources that the API caches. */
export function apiSources({
  watchNamespaces: namespaces,
}: Pick<Config, 'watchNamespaces'>): readonly [ReflectorSource<CachedExecution>] {
  return [{ resource: cachedExecutionResource, namespaces, indexes: cachedExecutionIndexes }];
}

/**
 * The execution API over REST and gRPC. Requires the global ConfigModule and KubernetesModule, the latter with the client and
 * the reflector of {@link apiSources}. `configureHttp` and `configureGrpc` do what a module cannot.
 */
@Module({
  imports: [AuthModule, HealthModule, PausesModule, TargetsModule],
  controllers: [
    ExecutionController,
    ExecutionGrpcController,
    WatchController,
    WatchGrpcController,
    LogsController,
    LogsGrpcController,
    TargetController,
    TargetGrpcController,
  ],
  providers: [
    ExecutionService,
    IdempotentCreate,
    KubernetesErrorMapper,
    PreflightService,
    BundleResolver,
    PreflightSweep,
    ListService,
    PacedReads,
    AccessGuard,
    AccessLog,
    Authentication,
    RateLimits,
    Permissions,
    TargetAccess,
    RequestBudgets,
    ResponseBudget,
    JsonBodyInterceptor,
    CallAdmission,
    OpenStreams,
    LogsService,
    TargetService,
    Drain,
    GrpcHealth,
    ResourceVersionBarrier,
    WatchService,
    {
      // Created with the module, before the reflector runs, so that it misses no event.
      provide: WatchCache,
      inject: [getReflectorToken(workflowExecutionResource)],
      useFactory: (reflector: Reflector<CachedExecution>) => new WatchCache(reflector),
    },
    ...apiMetrics,
    { provide: NAME_SUFFIX, useValue: randomSuffix },
  ],
})
export class ApiModule {}
