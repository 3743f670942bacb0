import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials, Metadata } from '@grpc/grpc-js';
import {
  WatchWorkflowExecutionsRequest,
  WorkflowExecutionServiceClient,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { arrayOf, recordOf, stringOf } from '../../../src/kubernetes/json.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { spanContextAnnotation } from '../../../src/tekton/build-pipeline-run.ts';
import { ownAnnotations } from '../../../src/workflow-execution/metadata.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { operatorCaller, type TestCaller } from '../../support/callers.ts';
import { startCollector, type Collector } from '../../support/collector/collector.ts';
import type { ReceivedSpan } from '../../support/collector/span-sink.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { ReconcilerFixture } from '../reconciler/fixture.ts';
import { skippingWorkflow } from '../reconciler/workflows.ts';
import { configMaps } from '../support/config-map.ts';
import { observe, type ObservedService } from './observed-service.ts';

const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const inTrace = (traceId: string) => `00-${traceId}-${parent.spanId}-01`;
const tektonTracing = { namespace: 'tekton-pipelines', name: 'config-tracing' };

/** Time to build the collector on a machine that does not have it yet, in milliseconds. */
const buildMs = 15 * 60_000;

describe('a trace that a collector receives', () => {
  const fixture = new ReconcilerFixture();
  let collector: Collector;
  let service: ObservedService;
  let operator: TestCaller;
  let containerImage: string;

  beforeAll(async () => {
    collector = await startCollector();
    await fixture.open();
    const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
    containerImage = await publishWorkflow(publisher, `${fixture.namespace}:traced`, skippingWorkflow);
    await letTektonTrace({ enabled: 'true', endpoint: `${collector.httpEndpoint}/v1/traces` });
    operator = await operatorCaller(fixture.client);
    service = await observe(fixture.namespace, {
      WFE_AUTH: 'kubernetes',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpEndpoint,
      OTEL_BSP_SCHEDULE_DELAY: '200',
    });
  }, buildMs);

  afterAll(async () => {
    await service.stop();
    await letTektonTrace({ enabled: 'false' });
    await fixture.close();
    await collector.stop();
  });

  const letTektonTrace = (data: Readonly<Record<string, string>>) =>
    fixture.client.patch(configMaps, tektonTracing, { data });

  const spec = (name: string) =>
    aSpec({
      workflowRef: { ...aSpec().workflowRef, containerImage },
      targetResource: `${fixture.namespace}/deployment/${name}`,
    });

  const post = (body: string, traceparent: string) =>
    fetch(service.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${operator.token}`,
        traceparent,
      },
      body,
    });
  const create = (name: string, traceparent: string) =>
    post(JSON.stringify({ metadata: { name }, spec: spec(name) }), traceparent);
  /** gRPC metadata of the operator, with a parent span in a trace. */
  const metadataIn = (traceId: string) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${operator.token}`);
    metadata.set('traceparent', inTrace(traceId));
    return metadata;
  };

  it('spans from the caller of the API to the steps in Tekton', async () => {
    expect((await create('traced', inTrace(parent.traceId))).status).toBe(201);
    const { metadata } = await fixture.phase('traced', 'Completed');

    const spansHere = spansOf(parent.traceId);
    const spans = spansHere(
      await collector.until('the spans of the execution and of Tekton are there', (all) => {
        const here = spansHere(all);
        const hasEnded = here.some(({ attributes }) => attributes['workflowexecution.outcome'] === 'Success');
        return hasEnded && here.some(({ service: by }) => by.includes('pipelinerun'));
      }),
    );
    const ours = spans.filter(({ service: by }) => by === 'workflow-execution');
    const named = (name: string) => ours.filter((span) => span.name === name);
    const [call] = named('execution.create');
    const reconciles = named('reconcile');
    const creation = ours.find(({ name }) => /^POST .*pipelineruns$/.test(name));

    expect(call?.parentSpanId).toBe(parent.spanId);
    expect(metadata.annotations?.[ownAnnotations.traceparent]).toBe(`00-${parent.traceId}-${call?.spanId}-01`);
    expect(reconciles.length).toBeGreaterThan(0);
    expect(new Set(reconciles.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([call?.spanId]));
    const creator = reconciles.find(({ spanId }) => spanId === creation?.parentSpanId);
    expect(creator?.attributes).toMatchObject({
      'workflowexecution.namespace': fixture.namespace,
      'workflowexecution.name': 'traced',
      'workflowexecution.uid': metadata.uid,
      'workflowexecution.phase.before': 'Pending',
      'workflowexecution.phase.after': 'Running',
    });
    expect(await tektonParent('traced')).toBe(`00-${parent.traceId}-${creator?.spanId}-01`);
    const ofTekton = spans.filter(({ service: by }) => by.includes('pipelinerun'));
    expect(ofTekton.map(({ parentSpanId }) => parentSpanId)).toContain(creator?.spanId);
  });

  it('has its id in the log lines of the execution', async () => {
    await collector.until('the trace of the first test is there', (spans) => spansOf(parent.traceId)(spans).length > 0);
    const ours = service.lines().filter(({ execution }) => execution === `${fixture.namespace}/traced`);
    expect(ours.filter(({ trace_id }) => trace_id === parent.traceId).map(({ msg }) => msg)).toEqual([
      'create OK',
      'execution created',
      'execution started',
      'execution ended',
    ]);
  });

  it('starts with the first reconciliation if the API did not create the execution', async () => {
    await fixture.create('by-kubectl', spec('by-kubectl'));
    const { metadata } = await fixture.phase('by-kubectl', 'Completed');

    const traceparent = metadata.annotations?.[ownAnnotations.traceparent] ?? '';
    const [, traceId = '', spanId] = traceparent.split('-');
    const spans = spansOf(traceId)(
      await collector.until('the execution has ended', (all) =>
        spansOf(traceId)(all).some(({ attributes }) => attributes['workflowexecution.outcome'] === 'Success'),
      ),
    );

    const root = spans.find((span) => span.spanId === spanId);
    expect(root).toMatchObject({ name: 'reconcile', parentSpanId: '' });
    const reconciles = spans.filter((span) => span.name === 'reconcile' && span !== root);
    expect(new Set(reconciles.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([spanId]));
    expect(await tektonParent('by-kubectl')).toMatch(`00-${traceId}-`);
  });

  it('is linked from the delivery of its audit events', async () => {
    await collector.until('its audit events are delivered', (spans) =>
      spans.some(({ name, links }) => name === 'audit.deliver' && links.includes(parent.traceId)),
    );
  });

  it('continues from gRPC metadata', async () => {
    const grpc = new WorkflowExecutionServiceClient(service.grpc, credentials.createInsecure());
    const name = `namespaces/${fixture.namespace}/workflowExecutions/none`;
    await new Promise<void>((resolve) => {
      grpc.getWorkflowExecution({ name }, metadataIn('a'.repeat(32)), () => resolve());
    });
    grpc.close();

    const spans = await collector.until('the call is there', (all) => spansOf('a'.repeat(32))(all).length > 0);
    expect(spansOf('a'.repeat(32))(spans)).toMatchObject([
      {
        name: 'execution.get',
        parentSpanId: parent.spanId,
        attributes: { 'error.type': 'NotFound', 'rpc.response.status_code': 'NOT_FOUND' },
      },
    ]);
  });

  it.each([
    ['that is invalid', 'b'.repeat(32), '{"spec":{}}'],
    ['that is not JSON', 'c'.repeat(32), '{'],
  ])('has a call %s, with its status', async (_what, traceId, body) => {
    expect((await post(body, inTrace(traceId))).status).toBe(400);

    const spans = await collector.until('the call is there', (all) => spansOf(traceId)(all).length > 0);
    expect(spansOf(traceId)(spans)).toMatchObject([
      {
        name: 'execution.create',
        parentSpanId: parent.spanId,
        attributes: { 'error.type': 'InvalidArgument', 'http.response.status_code': '400' },
      },
    ]);
  });

  it('has a call that is not authenticated', async () => {
    const traceId = 'e'.repeat(32);
    expect((await fetch(service.url, { headers: { traceparent: inTrace(traceId) } })).status).toBe(401);

    const spans = await collector.until('the call is there', (all) => spansOf(traceId)(all).length > 0);
    expect(spansOf(traceId)(spans)).toMatchObject([
      {
        name: 'execution.list',
        parentSpanId: parent.spanId,
        attributes: { 'error.type': 'Unauthenticated', 'http.response.status_code': '401' },
      },
    ]);
  });

  it('has a watch as one span, once the watch has ended', async () => {
    const grpc = new WorkflowExecutionServiceClient(service.grpc, credentials.createInsecure());
    const traceId = 'd'.repeat(32);
    const everything = WatchWorkflowExecutionsRequest.fromPartial({ parent: `namespaces/${fixture.namespace}` });
    const watch = grpc.watchWorkflowExecutions(everything, metadataIn(traceId));
    const ended = new Promise((resolve) => watch.once('error', resolve));
    await new Promise((resolve) => watch.once('data', resolve));
    expect(spansOf(traceId)(collector.spans)).toEqual([]);
    watch.cancel();
    await ended;
    grpc.close();

    const spans = await collector.until('the watch is there', (all) => spansOf(traceId)(all).length > 0);
    expect(spansOf(traceId)(spans)).toMatchObject([
      {
        name: 'execution.watch',
        parentSpanId: parent.spanId,
        attributes: { 'rpc.response.status_code': 'CANCELLED' },
      },
    ]);
  });

  it.each(['nonsense', `00-${'0'.repeat(32)}-${parent.spanId}-01`, 'x'.repeat(4_000)])(
    'starts a new trace for an invalid traceparent: %.40s',
    async (nonsense) => {
      const name = `bad-${nonsense.length}`;
      const answer = await create(name, nonsense);
      expect(answer.status).toBe(201);
      const annotations = recordOf(recordOf(recordOf(await answer.json())['metadata'])['annotations']);
      expect(stringOf(annotations[ownAnnotations.traceparent])).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    },
  );

  /** The `traceparent` that Tekton was given for the run of an execution. */
  async function tektonParent(name: string): Promise<unknown> {
    const query = { namespace: fixture.namespace, labelSelector: `kubernaut.ai/workflow-execution=${name}` };
    const [run] = arrayOf((await fixture.client.listRaw(pipelineRunResource, query)).items);
    const annotations = recordOf(recordOf(recordOf(run)['metadata'])['annotations']);
    return recordOf(JSON.parse(stringOf(annotations[spanContextAnnotation]) ?? '{}'))['traceparent'];
  }
});

function spansOf(traceId: string) {
  return (spans: readonly ReceivedSpan[]) => spans.filter((span) => span.traceId === traceId);
}
