import { Inject, Injectable } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import type { Histogram } from 'prom-client';
import { AUTH_CLOCK } from '../../auth/authenticator.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { recordOf, stringOf } from '../../kubernetes/json.ts';
import { other } from '../../metrics/bounded-label.ts';
import { InjectMetric } from '../../metrics/metric.providers.ts';
import { metrics } from '../../metrics/metrics.ts';
import { errorTable } from '../errors/error-table.ts';

/**
 * Measures REST requests. They are told apart by the route that took them, as it is written in the code: what callers
 * make up at other addresses is {@link other}.
 */
@Injectable()
export class RequestMetrics {
  constructor(
    @InjectMetric(metrics.httpRequests) private readonly durations: Pick<Histogram, 'observe'>,
    @Inject(AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /** Comes before everything else, so that nothing is answered without it. */
  readonly handler: RequestHandler = (request, response, next) => {
    const begun = this.clock.elapsedMs();
    response.once('close', () => {
      const route = routeOf(request);
      // An answer that has not begun by now never does: the caller went away.
      const code = response.headersSent ? response.statusCode : errorTable.Cancelled.http;
      this.durations.observe({ method: request.method, route, code }, (this.clock.elapsedMs() - begun) / 1_000);
    });
    next();
  };
}

/** What takes requests to any address (`*`) is no route, but what comes before routes. */
export function routeOf(request: Pick<Request, 'route'>): string {
  const path = stringOf(recordOf(request.route)['path']);
  return path === undefined || path.includes('*') ? other : path;
}
