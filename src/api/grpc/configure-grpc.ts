import type { INestApplication, Type } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { Config } from '../../config/config.ts';
import { Authentication } from '../call/authentication.ts';
import { systemClock } from '../../kubernetes/clock.ts';
import { Drain } from '../call/drain.ts';
import type { ServerCertificate } from '../../connections/server-certificate.ts';
import { AnonymousCalls } from './anonymous-calls.ts';
import { CallAdmission } from './call-admission.ts';
import { CallMetrics } from './call-metrics.ts';
import { callSpans } from './call-spans.ts';
import { GrpcHealth } from './grpc-health.ts';
import { otherStreams } from '../../config/limits.ts';
import { ExecutionGrpcServer } from './grpc-server.ts';
import { IncomingStreams } from './incoming-streams.ts';
import { oneAnswerAtATime } from './one-answer-at-a-time.ts';

/**
 * Makes an application that imports ApiModule speak gRPC on the configured address, with reflection and health.
 * Call it once; `app.startAllMicroservices()` then listens, and rejects with GrpcListenError when it can not.
 *
 * @param certificate for TLS; without it gRPC is plaintext
 * @returns the server, which knows its port once it listens
 */
export function configureGrpc(
  app: INestApplication,
  config: Pick<
    Config,
    'grpc' | 'auth' | 'grpcMaxConnectionAgeMs' | 'grpcMaxConnectionAgeGraceMs' | 'maxStreams' | 'maxStreamsPerCaller'
  >,
  certificate?: ServerCertificate,
): ExecutionGrpcServer {
  const get = <T>(type: Type<T>): T => app.get(type, { strict: false });
  const connections = get(Authentication).connections.gRPC;
  const anonymousCalls = config.auth === 'none' ? undefined : new AnonymousCalls(connections, systemClock);
  const strategy = new ExecutionGrpcServer({
    address: config.grpc,
    health: get(GrpcHealth),
    interceptors: [callSpans, get(CallMetrics).interceptor, get(CallAdmission).interceptor, oneAnswerAtATime],
    connections,
    streams: new IncomingStreams({
      maxOpen: config.maxStreams + otherStreams.total,
      maxPerConnection: config.maxStreamsPerCaller + otherStreams.perConnection,
      admits: anonymousCalls && ((peer) => anonymousCalls.admits(peer)),
    }),
    age: { maxMs: config.grpcMaxConnectionAgeMs, graceMs: config.grpcMaxConnectionAgeGraceMs },
    certificate,
  });
  get(Drain).add(strategy);
  // Pipes and filters of the HTTP side are not for gRPC, which has its own on its controller.
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: false });
  return strategy;
}
