import { Injectable } from '@nestjs/common';
import { status, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import type { Server } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { Readiness } from '../../health/readiness.ts';
import { serviceName } from './service-definition.ts';

/** The services with a health status; the empty name is the whole server. */
const services: readonly string[] = ['', serviceName];

interface HealthRequest {
  readonly service: string;
}

interface HealthResponse {
  readonly status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
}

/**
 * The gRPC health service (https://grpc.io/docs/guides/health-checking/), with the state of /readyz. Unlike the
 * implementation of grpc-health-check it stores no names of unknown services, as anybody may send them.
 */
@Injectable()
export class GrpcHealth {
  private status: HealthResponse['status'] = 'NOT_SERVING';
  private readonly watches = new Set<ServerWritableStream<HealthRequest, HealthResponse>>();

  constructor(readiness: Readiness) {
    readiness.onChange((isReady) => {
      this.status = isReady ? 'SERVING' : 'NOT_SERVING';
      for (const watch of this.watches) watch.write({ status: this.status });
    });
  }

  addToServer(server: Pick<Server, 'addService'>): void {
    server.addService(service, {
      check: (call: ServerUnaryCall<HealthRequest, HealthResponse>, done: sendUnaryData<HealthResponse>) =>
        this.check(call.request, done),
      watch: (call: ServerWritableStream<HealthRequest, HealthResponse>) => this.watch(call),
      list: (_call: unknown, done: sendUnaryData<object>) => {
        done(null, { statuses: Object.fromEntries(services.map((name) => [name, { status: this.status }])) });
      },
    });
  }

  private check({ service: name }: HealthRequest, done: sendUnaryData<HealthResponse>): void {
    if (services.includes(name)) done(null, { status: this.status });
    else done({ code: status.NOT_FOUND, details: 'unknown service' });
  }

  private watch(call: ServerWritableStream<HealthRequest, HealthResponse>): void {
    const isKnown = services.includes(call.request.service);
    call.write({ status: isKnown ? this.status : 'SERVICE_UNKNOWN' });
    if (!isKnown) return;
    this.watches.add(call);
    call.on('cancelled', () => this.watches.delete(call));
  }
}
