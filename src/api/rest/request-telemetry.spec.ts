import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { Request, Response } from 'express';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import { nameCall, noteRefusal } from '../call/call-span.ts';
import { ApiError } from '../errors/api-error.ts';
import { RequestMetrics, requestSpans, routeOf } from './request-telemetry.ts';

describe('the metric of a request', () => {
  it.each([
    ['has its route', '/executions/:name', '/executions/:name'],
    ['ignores a trailing slash of its route', '/executions/', '/executions'],
    ['is other for middleware', '{/*splat}', 'other'],
    ['is other without a route', undefined, 'other'],
  ])('%s', (_, path, label) => {
    expect(routeOf({ route: path === undefined ? undefined : { path } })).toBe(label);
  });

  it.each([
    ['the code of the response', true, 404, 404],
    ['cancelled if its caller went away before the response', false, 200, 499],
  ])('has %s', async (_, headersSent, statusCode, code) => {
    const clock = new FakeClock();
    const observed: unknown[] = [];
    const metrics = new RequestMetrics({ observe: (...one: unknown[]) => void observed.push(one) }, clock);
    const response = Object.assign(new EventEmitter(), { headersSent, statusCode });

    void metrics.handler(
      { method: 'GET', route: { path: '/a' } } as Request,
      response as unknown as Response,
      () => undefined,
    );
    await clock.advance(250);
    response.emit('close');

    expect(observed).toEqual([[{ method: 'GET', route: '/a', code }, 0.25]]);
  });
});

const calling = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${calling.traceId}-${calling.spanId}-01`;

let exporter: InMemorySpanExporter;
beforeEach(() => {
  exporter = keepTraces();
});
afterEach(endTraces);

/** A request, and what the rest of the service does with it; `answer` is how it ends. */
function aRequest(work: () => void = () => undefined, { path = '/api/v1/x', headers = {} } = {}) {
  const response = Object.assign(new EventEmitter(), { headersSent: false, statusCode: 200 });
  void requestSpans({ method: 'GET', path, headers } as Request, response as unknown as Response, work);
  return {
    answer: (statusCode: number) => {
      Object.assign(response, { headersSent: true, statusCode });
      response.emit('close');
    },
    hangUp: () => response.emit('close'),
  };
}

function refuse(code: 'PermissionDenied' | 'Unavailable') {
  noteRefusal(new ApiError(code, 'hunter2'));
}

describe('the span of a request', () => {
  it('lasts to the end of the response, has the name of the operation and the parent of the caller', () => {
    const { answer } = aRequest(() => nameCall(function watch() {}), { headers: { traceparent } });
    expect(exporter.getFinishedSpans()).toEqual([]);

    answer(200);

    const [span, ...others] = exporter.getFinishedSpans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: 'execution.watch',
      parentSpanContext: calling,
      attributes: { 'workflowexecution.transport': 'REST', 'http.response.status_code': 200 },
    });
  });

  it('has the error of a refused request, which is not a failure of the service', () => {
    aRequest(() => refuse('PermissionDenied')).answer(403);

    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      attributes: { 'error.type': 'PermissionDenied', 'http.response.status_code': 403 },
      status: { code: 0 },
    });
    expect(JSON.stringify(span?.attributes)).not.toContain('hunter2');
  });

  it('fails if the service could not answer', () => {
    aRequest(() => refuse('Unavailable')).answer(503);
    expect(exporter.getFinishedSpans()).toMatchObject([
      { attributes: { 'error.type': 'Unavailable', 'http.response.status_code': 503 }, status: { code: 2 } },
    ]);
  });

  it('has the name of the method without a handler', () => {
    aRequest().answer(404);
    expect(exporter.getFinishedSpans()).toMatchObject([
      { name: 'GET', attributes: { 'http.response.status_code': 404 } },
    ]);
  });

  it('ends as cancelled if the caller hangs up before the response', () => {
    aRequest().hangUp();
    expect(exporter.getFinishedSpans()).toMatchObject([{ attributes: { 'http.response.status_code': 499 } }]);
  });

  it.each([['nonsense'], [[traceparent, traceparent]]])('starts a trace if traceparent is %j', (given) => {
    aRequest(undefined, { headers: { traceparent: given } }).answer(200);
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext).toBeUndefined();
  });
});

describe('the documentation of the API', () => {
  it('has no span', () => {
    aRequest(undefined, { path: '/docs' }).answer(200);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
