import type { RequestHandler } from 'express';
import { CallSpan } from '../call/call-span.ts';
import { answeredWith } from './request-metrics.ts';

/** Gives each request to the API a span; the pages that describe it are read without one. */
export const requestSpans: RequestHandler = (request, response, next) => {
  if (!request.path.startsWith('/api/')) return next();
  const { method, headers } = request;
  const span = new CallSpan({ name: method, transport: 'REST', traceparent: [headers['traceparent'] ?? []].flat() });
  response.once('close', () => span.end({ 'http.response.status_code': answeredWith(response) }));
  span.run(next);
};
