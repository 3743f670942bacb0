import type { INestApplication, Type } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { Config } from '../../config/config.ts';
import { Authentication } from '../call/authentication.ts';
import { CallObserver } from '../call/call-observer.ts';
import { Drain } from '../call/drain.ts';
import { RateLimits } from '../call/rate-limits.ts';
import type { Peer } from '../../connections/peer.ts';
import type { ServerCertificate } from '../../connections/server-certificate.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { CallAdmission } from './call-admission.ts';
import { GrpcHealth } from './grpc-health.ts';
import { otherStreams } from '../../config/limits.ts';
import { ExecutionGrpcServer } from './grpc-server.ts';
import { IncomingStreams } from './incoming-streams.ts';
import { observeCalls } from './observe-calls.ts';

/**
 * Adds gRPC with reflection and health to an application that imports ApiModule. To be called once;
 * `app.startAllMicroservices()` then listens, and rejects if it cannot.
 *
 * @param certificate absent for plaintext
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
  const limits = get(RateLimits);
  const admits = (peer: Peer) => limits.admitsAnonymousCall(connections.countAnonymousCall(peer));
  const strategy = new ExecutionGrpcServer({
    address: config.grpc,
    health: get(GrpcHealth),
    interceptors: [observeCalls(get(CallObserver)), get(CallAdmission).interceptor],
    connections,
    streams: new IncomingStreams({
      maxOpen: config.maxStreams + otherStreams.total,
      maxPerConnection: config.maxStreamsPerCaller + otherStreams.perConnection,
      admits: config.auth === 'none' ? undefined : admits,
      clock: app.get<Clock>(CLOCK, { strict: false }),
    }),
    age: { maxMs: config.grpcMaxConnectionAgeMs, graceMs: config.grpcMaxConnectionAgeGraceMs },
    certificate,
  });
  get(Drain).add(strategy);
  // Global pipes and filters are for REST; gRPC controllers have their own.
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: false });
  return strategy;
}
