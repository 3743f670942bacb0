import type { INestApplication } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { Config } from '../../config/config.ts';
import { GrpcHealth } from './grpc-health.ts';
import { ExecutionGrpcServer } from './grpc-server.ts';

/**
 * Makes an application that imports ExecutionModule speak gRPC on the configured address, with reflection and health.
 * Call it once; `app.startAllMicroservices()` then listens, and rejects with GrpcListenError when it can not.
 *
 * @returns the server, which knows its port once it listens
 */
export function configureGrpc(app: INestApplication, { grpc }: Pick<Config, 'grpc'>): ExecutionGrpcServer {
  const strategy = new ExecutionGrpcServer(grpc.host, grpc.port, app.get(GrpcHealth, { strict: false }).implementation);
  // Pipes and filters of the HTTP side are not for gRPC, which has its own on its controller.
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: false });
  return strategy;
}
