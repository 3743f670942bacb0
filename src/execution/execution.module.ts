import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { HealthModule } from '../health/health.module.ts';
import { TargetsModule } from '../targets/targets.module.ts';
import { AccessGuard } from './access/access.guard.ts';
import { AttemptLog } from './access/attempt-log.ts';
import { Authentication } from './access/authentication.ts';
import { RateLimits } from './access/rate-limits.ts';
import { Rights } from './access/rights.ts';
import { TargetAccess } from './access/target-access.ts';
import { AnswerRoom } from './body/answer-room.ts';
import { RequestBodies } from './body/request-bodies.ts';
import { ClusterAnswers } from './errors/cluster-answers.ts';
import { executionMetrics } from './execution.metrics.ts';
import { ExecutionService, NAME_SUFFIX } from './execution.service.ts';
import { CallAdmission } from './grpc/call-admission.ts';
import { ExecutionGrpcController } from './grpc/execution-grpc.controller.ts';
import { GrpcHealth } from './grpc/grpc-health.ts';
import { RepeatableCreation } from './idempotency/repeatable-creation.ts';
import { ExecutionLists } from './listing/execution-lists.ts';
import { randomSuffix } from './names.ts';
import { ExecutionEnd } from './logs/execution-end.ts';
import { LogsController } from './logs/logs.controller.ts';
import { LogsGrpcController } from './logs/logs-grpc.controller.ts';
import { LogsService } from './logs/logs.service.ts';
import { ExecutionController } from './rest/execution.controller.ts';
import { JsonBody } from './rest/json-body.ts';
import { Drain } from './shutdown/drain.ts';
import { OpenStreams } from './streams/open-streams.ts';
import { WatchController } from './watch/watch.controller.ts';
import { WatchGrpcController } from './watch/watch-grpc.controller.ts';
import { watchProviders } from './watch/watch.providers.ts';

/**
 * The execution API over REST and gRPC. The application gives it, globally: ConfigModule; KubernetesModule with the
 * client and the reflector of workflowExecutionResource. `configureHttp` and `configureGrpc` do what a module can not.
 */
@Module({
  imports: [AuthModule, HealthModule, TargetsModule],
  controllers: [
    ExecutionController,
    ExecutionGrpcController,
    WatchController,
    WatchGrpcController,
    LogsController,
    LogsGrpcController,
  ],
  providers: [
    ExecutionService,
    RepeatableCreation,
    ClusterAnswers,
    ExecutionLists,
    AccessGuard,
    AttemptLog,
    Authentication,
    RateLimits,
    Rights,
    TargetAccess,
    RequestBodies,
    AnswerRoom,
    JsonBody,
    CallAdmission,
    OpenStreams,
    ExecutionEnd,
    LogsService,
    Drain,
    GrpcHealth,
    ...watchProviders,
    ...executionMetrics,
    { provide: NAME_SUFFIX, useValue: randomSuffix },
  ],
})
export class ExecutionModule {}
