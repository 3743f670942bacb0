import { Module } from '@nestjs/common';
import { AccessGuard } from './access/access.guard.ts';
import { ExecutionService, NAME_SUFFIX } from './execution.service.ts';
import { ExecutionGrpcController } from './grpc/execution-grpc.controller.ts';
import { GrpcHealth } from './grpc/grpc-health.ts';
import { randomSuffix } from './names.ts';
import { ExecutionController } from './rest/execution.controller.ts';
import { OpenStreams } from './streams/open-streams.ts';

/**
 * The execution API over REST and gRPC. The application gives it, globally: ConfigModule; KubernetesModule with the
 * client and the reflector of workflowExecutionResource. `configureHttp` and `configureGrpc` do what a module can not.
 */
@Module({
  controllers: [ExecutionController, ExecutionGrpcController],
  providers: [ExecutionService, AccessGuard, OpenStreams, GrpcHealth, { provide: NAME_SUFFIX, useValue: randomSuffix }],
})
export class ExecutionModule {}
