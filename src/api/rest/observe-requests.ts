import type { Request, RequestHandler, Response } from 'express';
import { recordOf, stringOf } from '../../kubernetes/json.ts';
import { other } from '../../metrics/bounded-label.ts';
import type { CallObserver } from '../call/call-observer.ts';
import { errorTable } from '../errors/error-table.ts';

/** Observes all REST requests; must be the first middleware. Requests outside of /api/ have no span. */
export function observeRequests(observer: CallObserver): RequestHandler {
  return (request, response, next) => {
    const { method, path, headers } = request;
    const observed = observer.start({
      transport: 'REST',
      spanName: path.startsWith('/api/') ? method : undefined,
      traceparent: [headers['traceparent'] ?? []].flat(),
    });
    response.once('close', () => {
      const code = statusOf(response);
      observed.end({ method, route: routeOf(request), code }, { 'http.response.status_code': code });
    });
    observed.run(next);
  };
}

/** A response without headers at its end was canceled by its client. */
function statusOf({ headersSent, statusCode }: Pick<Response, 'headersSent' | 'statusCode'>): number {
  return headersSent ? statusCode : errorTable.Cancelled.http;
}

/**
 * The route of a request as declared, or {@link other} if only middleware (`*`) has handled it. The route of the body
 * parser has a trailing slash.
 */
export function routeOf(request: Pick<Request, 'route'>): string {
  const path = stringOf(recordOf(request.route)['path']);
  return path === undefined || path.includes('*') ? other : path.replace(/\/$/, '');
}
