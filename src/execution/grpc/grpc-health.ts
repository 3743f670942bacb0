import { Injectable } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import { Readiness } from '../../health/readiness.ts';
import { serviceName } from './package-definition.ts';

/** The services whose state is told; the empty name is the server as a whole. */
const services = ['', serviceName] as const;

/**
 * Tells over the gRPC health protocol (https://grpc.io/docs/guides/health-checking/) what /readyz tells over HTTP, at the
 * moment when it changes.
 */
@Injectable()
export class GrpcHealth {
  readonly implementation = new HealthImplementation(
    Object.fromEntries(services.map((service) => [service, 'NOT_SERVING'] as const)),
  );

  constructor(readiness: Readiness) {
    readiness.onChange((isReady) => {
      for (const service of services) this.implementation.setStatus(service, isReady ? 'SERVING' : 'NOT_SERVING');
    });
  }
}
