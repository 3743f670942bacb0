import { Inject, Injectable } from '@nestjs/common';
import { ServerInterceptingCall, status } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import type { Histogram } from 'prom-client';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { InjectMetric } from '../../metrics/metric.ts';
import { metrics } from '../../metrics/metrics.ts';
import { endOfCall } from './call-end.ts';

/** Measures gRPC calls of methods that there are; grpc-js refuses all others before anybody is asked. */
@Injectable()
export class CallMetrics {
  constructor(
    @InjectMetric(metrics.grpcCalls) private readonly durations: Pick<Histogram, 'observe'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Sees each call from when its headers are here until its status is sent, or it is cancelled (its deadline, too). */
  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    const begun = this.clock.elapsedMs();
    const { listener, responder } = endOfCall((code) => this.observe(path, code, this.clock.elapsedMs() - begun));
    return new ServerInterceptingCall(call, responder.withStart((next) => next(listener.build())).build());
  };

  /** @param path `/package.Service/Method` */
  private observe(path: string, code: status, tookMs: number): void {
    const [, grpc_service, grpc_method] = path.split('/');
    this.durations.observe({ grpc_service, grpc_method, grpc_code: status[code] }, tookMs / 1_000);
  }
}
