import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { ownAnnotations } from '../workflow-execution/metadata.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { tracedDelivery } from './delivery-span.ts';
import { recordPhase, tracedReconcile, tracedWrite } from './reconcile-span.ts';
import { endTraces, keepTraces } from './spans.builders.ts';
import { activeTraceparent, spanLogFields } from './tracer.ts';

const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
const write = { method: 'PATCH', path: '/apis/g/v1/namespaces/payment/workflowexecutions/we-1/status' } as const;

const anExecution = (text = traceparent) =>
  aWorkflowExecution({ metadata: { annotations: { [ownAnnotations.traceparent]: text } } });
const patching = () => tracedWrite(write, () => Promise.resolve());

let exporter: InMemorySpanExporter;
beforeEach(() => {
  exporter = keepTraces();
});
afterEach(endTraces);

function spans() {
  return exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    ...span.spanContext(),
    parent: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    status: span.status,
  }));
}

describe('a reconciliation', () => {
  it('without a write has no span', async () => {
    await tracedReconcile(anExecution(), () => Promise.resolve());
    expect(spans()).toEqual([]);
  });

  it('with a write is a child of the span in the annotation, and the parent of the write', async () => {
    await tracedReconcile(anExecution(), patching);
    const [patch, reconcile] = spans();
    expect(reconcile).toMatchObject({ name: 'reconcile', traceId: caller.traceId, parent: caller.spanId });
    expect(patch).toMatchObject({
      name: 'PATCH /apis/g/v1/namespaces/{namespace}/workflowexecutions/{name}/status',
      parent: reconcile?.spanId,
    });
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-${caller.spanId}-01`,
    `ff-${caller.traceId}-${caller.spanId}-01`,
    'x'.repeat(9_999),
  ])('starts a trace if the annotation is absent or invalid: %.60j', async (text) => {
    await tracedReconcile(text === undefined ? aWorkflowExecution() : anExecution(text), patching);
    expect(spans().at(-1)).toMatchObject({ name: 'reconcile', parent: undefined });
    expect(spans().at(-1)?.traceId).not.toBe(caller.traceId);
  });

  it('is not recorded if its parent is not sampled', async () => {
    await tracedReconcile(anExecution(traceparent.replace(/01$/, '00')), patching);
    expect(spans()).toEqual([]);
  });

  it('that fails has a span with the class of the error, but not its message', async () => {
    const failing = tracedReconcile(anExecution(), () => Promise.reject(new TypeError('hunter2')));
    await expect(failing).rejects.toThrow('hunter2');
    expect(spans()).toMatchObject([{ name: 'reconcile', attributes: { 'error.type': 'TypeError' } }]);
    expect(JSON.stringify(spans())).not.toContain('hunter2');
  });

  it('records the phases, and the outcome of a final one', async () => {
    const before = anExecution();
    const failure = { reason: 'OOMKilled', message: 'm', wasExecutionFailure: true } as const;
    await tracedReconcile(before, async () => {
      await patching();
      recordPhase(before, { ...before, status: { phase: 'Failed', outcome: 'Failed', failure } });
    });
    expect(spans().at(-1)?.attributes).toMatchObject({
      'workflowexecution.name': before.metadata.name,
      'workflowexecution.phase.before': 'Pending',
      'workflowexecution.phase.after': 'Failed',
      'workflowexecution.outcome': 'Failed',
      'workflowexecution.reason': 'OOMKilled',
    });
  });

  it('adds its span to log lines', async () => {
    await tracedReconcile(anExecution(), () => {
      expect(spanLogFields()).toMatchObject({ trace_id: caller.traceId });
      return Promise.resolve();
    });
  });

  it('has no span if traces are off', async () => {
    endTraces();
    await tracedReconcile(aWorkflowExecution(), () => {
      expect([activeTraceparent(), spanLogFields()]).toEqual([undefined, {}]);
      return Promise.resolve();
    });
  });
});

describe('a write', () => {
  it('outside of a call or a reconciliation has no span', async () => {
    await expect(tracedWrite(write, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(spans()).toEqual([]);
  });

  it.each(['authentication.k8s.io/v1/tokenreviews', 'authorization.k8s.io/v1/subjectaccessreviews'])(
    'has no span if it is a review: %s',
    async (resource) => {
      await tracedReconcile(anExecution(), () =>
        tracedWrite({ method: 'POST', path: `/apis/${resource}` }, () => Promise.resolve()),
      );
      expect(spans()).toEqual([]);
    },
  );
});

it('the delivery of an audit event links to the trace of its execution, and is propagated to data storage', async () => {
  let sent: string | undefined;
  const delivered = await tracedDelivery(anExecution(), () => {
    sent = activeTraceparent();
    return Promise.resolve({ state: 'busy' });
  });
  expect(delivered).toEqual({ state: 'busy' });
  const [span] = exporter.getFinishedSpans();
  expect(span?.links).toMatchObject([{ context: caller }]);
  expect(span?.attributes).toEqual({ 'audit.state': 'busy' });
  expect(sent).toContain(span?.spanContext().traceId);
});
