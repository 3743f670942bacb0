import { Inject, Injectable } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import type { Histogram } from 'prom-client';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { recordOf, stringOf } from '../../kubernetes/json.ts';
import { other } from '../../metrics/bounded-label.ts';
import { InjectMetric } from '../../metrics/metric.ts';
import { metrics } from '../../metrics/metrics.ts';
import { CallSpan } from '../call/call-span.ts';
import { errorTable } from '../errors/error-table.ts';

/** Measures REST requests by the pattern of their route; requests without a route are {@link other}. */
@Injectable()
export class RequestMetrics {
  constructor(
    @InjectMetric(metrics.httpRequests) private readonly durations: Pick<Histogram, 'observe'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The first middleware, so that it sees every response. */
  readonly handler: RequestHandler = (request, response, next) => {
    const startMs = this.clock.elapsedMs();
    response.once('close', () => {
      const route = routeOf(request);
      this.durations.observe(
        { method: request.method, route, code: responseCode(response) },
        (this.clock.elapsedMs() - startMs) / 1_000,
      );
    });
    next();
  };
}

/** The status of a closed response; if none was sent, the caller has gone away. */
export function responseCode({ headersSent, statusCode }: Pick<Response, 'headersSent' | 'statusCode'>): number {
  return headersSent ? statusCode : errorTable.Cancelled.http;
}

/** Middleware, at `*`, is not a route; a trailing slash does not make another one. */
export function routeOf(request: Pick<Request, 'route'>): string {
  const path = stringOf(recordOf(request.route)['path']);
  return path === undefined || path.includes('*') ? other : path.replace(/\/$/, '');
}

/** Creates a span for each request to the API, but not for its documentation. */
export const requestSpans: RequestHandler = (request, response, next) => {
  if (!request.path.startsWith('/api/')) return next();
  const { method, headers } = request;
  const span = new CallSpan({ name: method, transport: 'REST', traceparent: [headers['traceparent'] ?? []].flat() });
  response.once('close', () => span.end({ 'http.response.status_code': responseCode(response) }));
  span.run(next);
};
