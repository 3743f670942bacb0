import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import { ownAnnotations } from '../workflow-execution/metadata.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { tracedDelivery } from './delivery-span.ts';
import { executionSpanContext } from './execution-span.ts';
import { notePhase, tracedReconcile } from './reconcile-span.ts';
import { endTraces, keepTraces } from './spans.builders.ts';
import { activeSpanInLog, activeTraceparent } from './traceparent.ts';
import { tracedWrite } from './write-span.ts';

const uid = 'cf0cc089-293b-4d4e-8f5a-0123456789ab';
const derived = { traceId: 'cf0cc089293b4d4e8f5a0123456789ab', spanId: '8f5a0123456789ab' };
const calling = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${calling.traceId}-${calling.spanId}-01`;
const write = { method: 'PATCH', path: '/apis/g/v1/namespaces/payment/workflowexecutions/we-1/status' } as const;

const byKubectl = aWorkflowExecution({ metadata: { uid } });
const byApi = (text = traceparent) =>
  aWorkflowExecution({ metadata: { uid, annotations: { [ownAnnotations.traceparent]: text } } });
const ended = (status: WorkflowExecutionStatus) => aWorkflowExecution({ metadata: { uid }, status });

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

describe('the trace of an execution', () => {
  it('is that of the call that created it', () => {
    expect(executionSpanContext(byApi())).toMatchObject({ traceId: calling.traceId, spanId: derived.spanId });
  });

  it('is made of the UID when no call did, the same each time', () => {
    expect(executionSpanContext(byKubectl)).toMatchObject({ ...derived, traceFlags: 1 });
    expect(executionSpanContext(byKubectl)).toMatchObject(derived);
  });

  it.each([
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-${calling.spanId}-01`,
    `ff-${calling.traceId}-${calling.spanId}-01`,
    'x'.repeat(9_999),
  ])('is made of the UID also when what the annotation says is none: %.60j', (text) =>
    expect(executionSpanContext(byApi(text))).toMatchObject(derived),
  );

  it('is not recorded when the caller has chosen so', async () => {
    await tracedReconcile(byApi(traceparent.replace(/01$/, '00')), () => tracedWrite(write, () => Promise.resolve()));
    expect(spans()).toEqual([]);
  });

  it('is nothing at all when nobody wants traces', async () => {
    endTraces();
    expect(executionSpanContext(byKubectl)).toBeUndefined();
    await tracedReconcile(byKubectl, () => Promise.resolve(expect(activeTraceparent()).toBeUndefined()));
    expect(activeSpanInLog()).toEqual({});
  });
});

describe('a look of the reconciler', () => {
  it('that changes nothing leaves no span', async () => {
    await tracedReconcile(byKubectl, () => Promise.resolve());
    expect(spans()).toEqual([]);
  });

  it('that changes something leaves one below the execution, with the writes below itself', async () => {
    await tracedReconcile(byKubectl, () => tracedWrite(write, () => Promise.resolve()));
    const [patch, look] = spans();
    expect(look).toMatchObject({ name: 'reconcile', traceId: derived.traceId, parent: derived.spanId });
    expect(patch).toMatchObject({
      name: 'PATCH /apis/g/v1/namespaces/{namespace}/workflowexecutions/{name}/status',
      parent: look?.spanId,
    });
  });

  it('that fails leaves one that says with what, and not its words', async () => {
    const failing = tracedReconcile(byKubectl, () => Promise.reject(new TypeError('hunter2')));
    await expect(failing).rejects.toThrow('hunter2');
    expect(spans()).toMatchObject([{ name: 'reconcile', attributes: { 'error.type': 'TypeError' } }]);
    expect(JSON.stringify(spans())).not.toContain('hunter2');
  });

  it('that brings the end ends the span of the execution too', async () => {
    const after = ended({ phase: 'Failed', outcome: 'Failed', completionTime: '2030-01-02T03:04:05Z' });
    await tracedReconcile(byKubectl, async () => {
      await tracedWrite(write, () => Promise.resolve());
      notePhase(byKubectl, after);
    });
    expect(spans().map(({ name }) => name)).toEqual([expect.stringMatching(/^PATCH/), 'execution', 'reconcile']);
    expect(spans()[1]).toMatchObject({
      ...derived,
      parent: undefined,
      attributes: { 'workflowexecution.name': after.metadata.name },
    });
    expect(spans()[2]?.attributes).toMatchObject({
      'workflowexecution.phase.before': 'Pending',
      'workflowexecution.phase.after': 'Failed',
    });
  });

  it('is named in the log lines that are written in it', async () => {
    await tracedReconcile(byKubectl, () => {
      expect(activeSpanInLog()).toMatchObject({ trace_id: derived.traceId });
      return Promise.resolve();
    });
  });
});

describe('a write that is part of nothing', () => {
  it('leaves no span', async () => {
    await expect(tracedWrite(write, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(spans()).toEqual([]);
  });
});

describe('a question to the cluster', () => {
  it.each(['authentication.k8s.io/v1/tokenreviews', 'authorization.k8s.io/v1/subjectaccessreviews'])(
    'leaves no span, though it is a POST: %s',
    async (resource) => {
      await tracedReconcile(byKubectl, () =>
        tracedWrite({ method: 'POST', path: `/apis/${resource}` }, () => Promise.resolve()),
      );
      expect(spans()).toEqual([]);
    },
  );
});

describe('a delivery of audit events', () => {
  it('links to each execution that it tells of, once, and is shown to the store', async () => {
    let shown: string | undefined;
    const delivered = await tracedDelivery([byKubectl, byKubectl], () => {
      shown = activeTraceparent();
      return Promise.resolve({ state: 'busy' });
    });
    expect(delivered).toEqual({ state: 'busy' });
    const [span] = exporter.getFinishedSpans();
    expect(span?.links).toMatchObject([{ context: derived }]);
    expect(span?.attributes).toEqual({ 'audit.events': 2, 'audit.state': 'busy' });
    expect(shown).toContain(span?.spanContext().traceId);
  });
});
