import { SpanKind, trace } from '@opentelemetry/api';
import type { ApiRequest } from '../kubernetes/transport.ts';
import { noteChange } from './reconcile-span.ts';
import { noteFailure, tracer } from './tracer.ts';

/** What only asks, though by POST (TokenReview, SubjectAccessReview), and is asked again and again for each open watch. */
const review = /^\/apis\/(authentication|authorization)\.k8s\.io\/[^/]+\/[a-z]+reviews$/;

/**
 * Sends a request that changes something in the cluster within a span of its own, if it is part of something that has
 * one.
 */
export async function tracedWrite<T>({ method, path }: ApiRequest, send: () => Promise<T>): Promise<T> {
  if (trace.getActiveSpan() === undefined || review.test(path)) return send();
  noteChange();
  const route = routeOf(path);
  const attributes = { 'http.request.method': method, 'http.route': route, 'url.path': path };
  const span = tracer().startSpan(`${method} ${route}`, { kind: SpanKind.CLIENT, attributes });
  try {
    return await send();
  } catch (error) {
    noteFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** The path without names, so that spans of one kind have one name. */
function routeOf(path: string): string {
  return path.replace(/\/namespaces\/[^/]+\/([^/]+)(\/[^/]+)?/, (_, plural: string, name?: string) =>
    ['/namespaces/{namespace}', plural, ...(name === undefined ? [] : ['{name}'])].join('/'),
  );
}
