import { Inject, Injectable } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import type { Histogram } from 'prom-client';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
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
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Comes before everything else, so that nothing is answered without it. */
  readonly handler: RequestHandler = (request, response, next) => {
    const begun = this.clock.elapsedMs();
    response.once('close', () => {
      const route = routeOf(request);
      this.durations.observe(
        { method: request.method, route, code: answeredWith(response) },
        (this.clock.elapsedMs() - begun) / 1_000,
      );
    });
    next();
  };
}

/** The status of an answer, at its end. One that has not begun by then never does: the caller went away. */
export function answeredWith({ headersSent, statusCode }: Pick<Response, 'headersSent' | 'statusCode'>): number {
  return headersSent ? statusCode : errorTable.Cancelled.http;
}

/**
 * What takes requests to any address (`*`) is no route, but what comes before routes. What reads bodies is at the route of
 * their handler, with a slash at its end.
 */
export function routeOf(request: Pick<Request, 'route'>): string {
  const path = stringOf(recordOf(request.route)['path']);
  return path === undefined || path.includes('*') ? other : path.replace(/\/$/, '');
}
