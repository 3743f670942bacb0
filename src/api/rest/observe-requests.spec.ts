import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { Request, Response } from 'express';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import { CallObserver, nameSpan } from '../call/call-observer.ts';
import { failCall } from '../call/failed-call.ts';
import { ApiError } from '../errors/api-error.ts';
import { observeRequests, routeOf } from './observe-requests.ts';

const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${parent.traceId}-${parent.spanId}-01`;

let exporter: InMemorySpanExporter;
beforeEach(() => {
  exporter = keepTraces();
});
afterEach(endTraces);

/** A received request whose handler does `work`. */
function receive(work: () => void = () => undefined, { path = '/api/v1/x', headers = {} } = {}) {
  const clock = new FakeClock();
  const durations: unknown[] = [];
  const histogram = { observe: (...one: unknown[]) => void durations.push(one) };
  const response = Object.assign(new EventEmitter(), { headersSent: false, statusCode: 200 });
  const request = { method: 'GET', path, headers, route: { path: '/a' } } as Request;
  const observe = observeRequests(new CallObserver(histogram, histogram, clock));
  void observe(request, response as unknown as Response, work);
  return {
    clock,
    durations,
    answer: (statusCode: number) => {
      Object.assign(response, { headersSent: true, statusCode });
      response.emit('close');
    },
    disconnect: () => response.emit('close'),
  };
}

function refuse(code: 'PermissionDenied' | 'Unavailable') {
  failCall(new ApiError(code, 'hunter2'), {});
}

describe('a request', () => {
  it('is measured and traced until its response is sent, as a child of the traceparent', async () => {
    const { clock, durations, answer } = receive(() => nameSpan(function watch() {}), { headers: { traceparent } });
    await clock.advance(250);
    expect([durations, exporter.getFinishedSpans()]).toEqual([[], []]);

    answer(200);

    expect(durations).toEqual([[{ method: 'GET', route: '/a', code: 200 }, 0.25]]);
    expect(exporter.getFinishedSpans()).toMatchObject([
      {
        name: 'execution.watch',
        parentSpanContext: parent,
        attributes: { 'workflowexecution.transport': 'REST', 'http.response.status_code': 200 },
      },
    ]);
  });

  it('has a span without failure, but with the reason, if it is refused', () => {
    receive(() => refuse('PermissionDenied')).answer(403);

    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      attributes: { 'error.type': 'PermissionDenied', 'http.response.status_code': 403 },
      status: { code: 0 },
    });
    expect(JSON.stringify(span?.attributes)).not.toContain('hunter2');
  });

  it('has a failed span if the service cannot answer it', () => {
    receive(() => refuse('Unavailable')).answer(503);

    expect(exporter.getFinishedSpans()).toMatchObject([
      { attributes: { 'error.type': 'Unavailable', 'http.response.status_code': 503 }, status: { code: 2 } },
    ]);
  });

  it('has a span named by its method if it reaches no handler', () => {
    receive().answer(404);

    expect(exporter.getFinishedSpans()).toMatchObject([{ name: 'GET' }]);
  });

  it('is canceled if its client disconnects before the response', () => {
    const { durations, disconnect } = receive();

    disconnect();

    expect(durations).toMatchObject([[{ code: 499 }, 0]]);
    expect(exporter.getFinishedSpans()).toMatchObject([{ attributes: { 'http.response.status_code': 499 } }]);
  });

  it.each([['nonsense'], [[traceparent, traceparent]]])('starts a trace if its traceparent is %j', (given) => {
    receive(undefined, { headers: { traceparent: given } }).answer(200);

    expect(exporter.getFinishedSpans()[0]?.parentSpanContext).toBeUndefined();
  });

  it('for a page outside of the API is measured without a span', () => {
    const { durations, answer } = receive(undefined, { path: '/docs' });

    answer(200);

    expect([durations.length, exporter.getFinishedSpans()]).toEqual([1, []]);
  });

  it.each([
    ['its route', '/executions/:name', '/executions/:name'],
    ['its route if only its body was read', '/executions/', '/executions'],
    ['other if only middleware has handled it', '{/*splat}', 'other'],
    ['other if nothing has handled it', undefined, 'other'],
  ])('is counted as %s', (_, path, label) => {
    expect(routeOf({ route: path === undefined ? undefined : { path } })).toBe(label);
  });
});
