import type { INestApplication } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { Config } from '../../config/config.ts';
import { Drain } from '../shutdown/drain.ts';
import { ReloadingCredentials } from '../tls/reloading-credentials.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import { CallMetrics } from './call-metrics.ts';
import { callSpans } from './call-spans.ts';
import { GrpcHealth } from './grpc-health.ts';
import { ExecutionGrpcServer } from './grpc-server.ts';

/**
 * Makes an application that imports ExecutionModule speak gRPC on the configured address, with reflection and health.
 * Call it once; `app.startAllMicroservices()` then listens, and rejects with GrpcListenError when it can not.
 *
 * @param certificate for TLS; without it gRPC is plaintext
 * @returns the server, which knows its port once it listens
 */
export function configureGrpc(
  app: INestApplication,
  { grpc }: Pick<Config, 'grpc'>,
  certificate?: ServerCertificate,
): ExecutionGrpcServer {
  const health = app.get(GrpcHealth, { strict: false }).implementation;
  const credentials = certificate && new ReloadingCredentials(certificate);
  const { interceptor } = app.get(CallMetrics, { strict: false });
  const strategy = new ExecutionGrpcServer(grpc.host, grpc.port, health, [callSpans, interceptor], credentials);
  app.get(Drain, { strict: false }).add(strategy);
  // Pipes and filters of the HTTP side are not for gRPC, which has its own on its controller.
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: false });
  return strategy;
}
