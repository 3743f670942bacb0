import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { Request, Response } from 'express';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import { nameCall, noteRefusal } from '../call/call-span.ts';
import { ApiError } from '../errors/api-error.ts';
import { requestSpans } from './request-spans.ts';

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

describe('a request to the API', () => {
  it('has a span from when it comes to the end of its answer, named by its operation, below that of the caller', () => {
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

  it('has one also when it is refused, which says why, and is no failure of the service', () => {
    aRequest(() => refuse('PermissionDenied')).answer(403);

    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      attributes: { 'error.type': 'PermissionDenied', 'http.response.status_code': 403 },
      status: { code: 0 },
    });
    expect(JSON.stringify(span?.attributes)).not.toContain('hunter2');
  });

  it('has one that failed when the service could not answer it', () => {
    aRequest(() => refuse('Unavailable')).answer(503);
    expect(exporter.getFinishedSpans()).toMatchObject([
      { attributes: { 'error.type': 'Unavailable', 'http.response.status_code': 503 }, status: { code: 2 } },
    ]);
  });

  it('that comes to no handler has its method for a name', () => {
    aRequest().answer(404);
    expect(exporter.getFinishedSpans()).toMatchObject([
      { name: 'GET', attributes: { 'http.response.status_code': 404 } },
    ]);
  });

  it('whose caller hangs up before the answer ends as cancelled', () => {
    aRequest().hangUp();
    expect(exporter.getFinishedSpans()).toMatchObject([{ attributes: { 'http.response.status_code': 499 } }]);
  });

  it.each([['nonsense'], [[traceparent, traceparent]]])('begins a trace when its traceparent is %j', (given) => {
    aRequest(undefined, { headers: { traceparent: given } }).answer(200);
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext).toBeUndefined();
  });
});

describe('a page that describes the API', () => {
  it('is read without a span', () => {
    aRequest(undefined, { path: '/docs' }).answer(200);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
