import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { INestApplication } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import type { GrpcOptions } from '@nestjs/microservices';
import type { Config } from '../../config/config.ts';
import { maxRequestBytes } from '../limits.ts';
import { GrpcHealth } from './grpc-health.ts';
import { packageDefinition, protoPackage } from './package-definition.ts';

/**
 * Makes an application that imports ExecutionModule speak gRPC on the configured address, with reflection and health.
 * Call it once; `app.startAllMicroservices()` then listens.
 */
export function configureGrpc(app: INestApplication, { grpc }: Pick<Config, 'grpc'>): void {
  const health = app.get(GrpcHealth, { strict: false });
  // Pipes and filters of the HTTP side are not for gRPC, which has its own on its controller.
  app.connectMicroservice<GrpcOptions>(grpcTransport(`${grpc.host}:${grpc.port}`, health), { inheritAppConfig: false });
}

function grpcTransport(url: string, health: GrpcHealth): GrpcOptions {
  return {
    transport: Transport.GRPC,
    options: {
      url,
      package: protoPackage,
      packageDefinition: packageDefinition(),
      maxReceiveMessageLength: maxRequestBytes,
      onLoadPackageDefinition: (definition: PackageDefinition, server: Server) => {
        health.implementation.addToServer(server);
        new ReflectionService(definition).addToServer(server);
      },
    },
  };
}
