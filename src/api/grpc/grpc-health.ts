import { Injectable } from '@nestjs/common';
import { status, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import type { Server } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { Readiness } from '../../health/readiness.ts';
import { serviceName } from './package-definition.ts';

/** The services whose state is told; the empty name is the server as a whole. */
const services: readonly string[] = ['', serviceName];

interface Request {
  readonly service: string;
}

type State = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

interface Answer {
  readonly status: State;
}

/**
 * Tells over the gRPC health protocol (https://grpc.io/docs/guides/health-checking/) what /readyz tells over HTTP, at the
 * moment when it changes. Anybody may ask, so nothing is kept of names that are not those of a service; that is what
 * grpc-health-check's own implementation does.
 */
@Injectable()
export class GrpcHealth {
  private state: State = 'NOT_SERVING';
  private readonly watches = new Set<ServerWritableStream<Request, Answer>>();

  constructor(readiness: Readiness) {
    readiness.onChange((isReady) => {
      this.state = isReady ? 'SERVING' : 'NOT_SERVING';
      for (const watch of this.watches) watch.write({ status: this.state });
    });
  }

  /** Makes a server answer the methods of the protocol. */
  addToServer(server: Pick<Server, 'addService'>): void {
    server.addService(service, {
      check: ({ request }: ServerUnaryCall<Request, Answer>, done: sendUnaryData<Answer>) => this.check(request, done),
      watch: (call: ServerWritableStream<Request, Answer>) => this.watch(call),
      list: (_call: unknown, done: sendUnaryData<object>) => {
        const statuses = Object.fromEntries(services.map((name) => [name, { status: this.state }]));
        done(null, { statuses });
      },
    });
  }

  private check({ service: name }: Request, done: sendUnaryData<Answer>): void {
    if (services.includes(name)) done(null, { status: this.state });
    else done({ code: status.NOT_FOUND, details: 'the service is unknown' });
  }

  private watch(call: ServerWritableStream<Request, Answer>): void {
    const isKnown = services.includes(call.request.service);
    call.write({ status: isKnown ? this.state : 'SERVICE_UNKNOWN' });
    if (!isKnown) return;
    this.watches.add(call);
    call.on('cancelled', () => this.watches.delete(call));
  }
}
