import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials, Metadata } from '@grpc/grpc-js';
import {
  WatchWorkflowExecutionsRequest,
  WorkflowExecutionServiceClient,
} from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { arrayOf, recordOf, stringOf } from '../../../src/kubernetes/json.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { spanContextAnnotation } from '../../../src/tekton/build-pipeline-run.ts';
import { ownAnnotations } from '../../../src/workflow-execution/annotations.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { startCollector, type Collector } from '../../support/collector/collector.ts';
import type { ReceivedSpan } from '../../support/collector/span-sink.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { ReconcilerFixture } from '../reconciler/fixture.ts';
import { skippingWorkflow } from '../reconciler/workflows.ts';
import { configMaps } from '../support/config-map.ts';
import { observe, type ObservedService } from './observed-service.ts';

const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
const tektonTracing = { namespace: 'tekton-pipelines', name: 'config-tracing' };

/** Time to build the collector where this machine has none, in milliseconds. */
const buildMs = 15 * 60_000;

describe('a trace, as a collector receives it,', () => {
  const stage = new ReconcilerFixture();
  let collector: Collector;
  let service: ObservedService;
  let containerImage: string;

  beforeAll(async () => {
    collector = await startCollector();
    await stage.open();
    const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
    containerImage = await publishWorkflow(publisher, `${stage.namespace}:traced`, skippingWorkflow);
    await letTektonTrace({ enabled: 'true', endpoint: `${collector.httpEndpoint}/v1/traces` });
    service = await observe(stage.namespace, exporting());
  }, buildMs);

  afterAll(async () => {
    await service.stop();
    await letTektonTrace({ enabled: 'false' });
    await stage.close();
    await collector.stop();
  });

  const exporting = () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpEndpoint,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });

  const letTektonTrace = (data: Readonly<Record<string, string>>) =>
    stage.client.patch(configMaps, tektonTracing, { data });

  const spec = (name: string) =>
    aSpec({
      workflowRef: { ...aSpec().workflowRef, containerImage },
      targetResource: `${stage.namespace}/deployment/${name}`,
    });

  const create = (name: string, headers: Readonly<Record<string, string>>) =>
    fetch(service.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ metadata: { name }, spec: spec(name) }),
    });

  it('is one from the caller of the API to the steps in Tekton', async () => {
    expect((await create('traced', { traceparent })).status).toBe(201);
    const { metadata } = await stage.phase('traced', 'Completed');

    const inTrace = spansOf(caller.traceId);
    const spans = inTrace(
      await collector.until('the execution has ended and Tekton has told of it', (all) => {
        const names = inTrace(all).map(({ name }) => name);
        return names.includes('execution') && inTrace(all).some(({ service: by }) => by.includes('pipelinerun'));
      }),
    );
    const ours = spans.filter(({ service: by }) => by === 'workflow-execution');
    const named = (name: string) => ours.filter((span) => span.name === name);
    const [call] = named('execution.create');
    const [execution] = named('execution');
    const looks = named('reconcile');
    const creation = ours.find(({ name }) => /^POST .*pipelineruns$/.test(name));

    expect(call?.parentSpanId).toBe(caller.spanId);
    expect(metadata.annotations?.[ownAnnotations.traceparent]).toBe(`00-${caller.traceId}-${call?.spanId}-01`);
    expect(execution?.parentSpanId).toBe(call?.spanId);
    expect(looks.length).toBeGreaterThan(0);
    expect(new Set(looks.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([execution?.spanId]));
    const creator = looks.find(({ spanId }) => spanId === creation?.parentSpanId);
    expect(creator?.attributes).toMatchObject({
      'workflowexecution.namespace': stage.namespace,
      'workflowexecution.name': 'traced',
      'workflowexecution.uid': metadata.uid,
      'workflowexecution.phase.before': 'Pending',
      'workflowexecution.phase.after': 'Running',
    });
    expect(await tektonParent('traced')).toBe(`00-${caller.traceId}-${creator?.spanId}-01`);
    const ofTekton = spans.filter(({ service: by }) => by.includes('pipelinerun'));
    expect(ofTekton.map(({ parentSpanId }) => parentSpanId)).toContain(creator?.spanId);
  });

  it('is found in the log lines that were written in it', async () => {
    await collector.until('the first test has left its trace', (spans) => spansOf(caller.traceId)(spans).length > 0);
    const ours = service.lines().filter(({ execution }) => execution === `${stage.namespace}/traced`);
    expect(ours.filter(({ trace_id }) => trace_id === caller.traceId).map(({ msg }) => msg)).toEqual([
      'create OK',
      'execution created',
      'execution started',
      'execution ended',
    ]);
  });

  it('begins with the execution, under its UID, when kubectl has created it', async () => {
    await stage.create('by-kubectl', spec('by-kubectl'));
    const { metadata } = await stage.phase('by-kubectl', 'Completed');

    const traceId = metadata.uid.replaceAll('-', '');
    const spans = await collector.until('the execution has ended', (all) =>
      spansOf(traceId)(all).some(({ name }) => name === 'execution'),
    );

    const root = spansOf(traceId)(spans).find(({ name }) => name === 'execution');
    expect(root?.parentSpanId).toBe('');
    expect(await tektonParent('by-kubectl')).toMatch(`00-${traceId}-`);
  });

  it('is linked to by the delivery of its audit events', async () => {
    await collector.until('its audit events are delivered', (spans) =>
      spans.some(({ name, links }) => name === 'audit.deliver' && links.includes(caller.traceId)),
    );
  });

  it('goes on from gRPC metadata as from a header', async () => {
    const grpc = new WorkflowExecutionServiceClient(service.grpc, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('traceparent', traceparent.replace(caller.traceId, 'a'.repeat(32)));
    await new Promise<void>((resolve) => {
      grpc.getWorkflowExecution({ name: `namespaces/${stage.namespace}/workflowExecutions/none` }, metadata, () =>
        resolve(),
      );
    });
    grpc.close();

    const spans = await collector.until('the call is there', (all) => spansOf('a'.repeat(32))(all).length > 0);
    expect(spansOf('a'.repeat(32))(spans)).toMatchObject([
      {
        name: 'execution.get',
        parentSpanId: caller.spanId,
        attributes: { 'error.type': 'NotFound', 'rpc.response.status_code': 'NOT_FOUND' },
      },
    ]);
  });

  it.each([
    ['that breaks a rule', 'b'.repeat(32), '{"spec":{}}', 'execution.create'],
    ['that can not be read', 'c'.repeat(32), '{', 'POST'],
  ])('has a call %s, with what it was answered', async (_what, traceId, body, name) => {
    const headers = { 'content-type': 'application/json', traceparent: traceparent.replace(caller.traceId, traceId) };
    expect((await fetch(service.url, { method: 'POST', headers, body })).status).toBe(400);

    const spans = await collector.until('the call is there', (all) => spansOf(traceId)(all).length > 0);
    expect(spansOf(traceId)(spans)).toMatchObject([
      {
        name,
        parentSpanId: caller.spanId,
        attributes: { 'error.type': 'InvalidArgument', 'http.response.status_code': '400' },
      },
    ]);
  });

  it('has a call whose caller is not let in', async () => {
    const traceId = 'e'.repeat(32);
    const guarded = await observe(`${stage.namespace}-guarded`, { ...exporting(), WFE_AUTH: 'kubernetes' });
    const headers = { traceparent: traceparent.replace(caller.traceId, traceId) };
    expect((await fetch(guarded.url, { headers })).status).toBe(401);
    await guarded.stop();

    const spans = await collector.until('the call is there', (all) => spansOf(traceId)(all).length > 0);
    expect(spansOf(traceId)(spans)).toMatchObject([
      {
        name: 'execution.list',
        parentSpanId: caller.spanId,
        attributes: { 'error.type': 'Unauthenticated', 'http.response.status_code': '401' },
      },
    ]);
  });

  it('has a watch as one span, which is there when the watch has ended', async () => {
    const grpc = new WorkflowExecutionServiceClient(service.grpc, credentials.createInsecure());
    const metadata = new Metadata();
    const traceId = 'd'.repeat(32);
    metadata.set('traceparent', traceparent.replace(caller.traceId, traceId));
    const everything = WatchWorkflowExecutionsRequest.fromPartial({ parent: `namespaces/${stage.namespace}` });
    const watch = grpc.watchWorkflowExecutions(everything, metadata);
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
        parentSpanId: caller.spanId,
        attributes: { 'rpc.response.status_code': 'CANCELLED' },
      },
    ]);
  });

  it.each(['nonsense', `00-${'0'.repeat(32)}-${caller.spanId}-01`, 'x'.repeat(4_000)])(
    'begins anew when the caller sends what is none: %.40s',
    async (nonsense) => {
      const name = `bad-${nonsense.length}`;
      const answer = await create(name, { traceparent: nonsense });
      expect(answer.status).toBe(201);
      const annotations = recordOf(recordOf(recordOf(await answer.json())['metadata'])['annotations']);
      expect(stringOf(annotations[ownAnnotations.traceparent])).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    },
  );

  /** The `traceparent` that Tekton was given for the run of an execution. */
  async function tektonParent(name: string): Promise<unknown> {
    const query = { namespace: stage.namespace, labelSelector: `kubernaut.ai/workflow-execution=${name}` };
    const [run] = arrayOf((await stage.client.listRaw(pipelineRunResource, query)).items);
    const annotations = recordOf(recordOf(recordOf(run)['metadata'])['annotations']);
    return recordOf(JSON.parse(stringOf(annotations[spanContextAnnotation]) ?? '{}'))['traceparent'];
  }
});

function spansOf(traceId: string) {
  return (spans: readonly ReceivedSpan[]) => spans.filter((span) => span.traceId === traceId);
}
