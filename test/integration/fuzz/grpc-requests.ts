import fc from 'fast-check';
import {
  CancelWorkflowExecutionRequest,
  CreateWorkflowExecutionRequest,
  DeleteWorkflowExecutionRequest,
  GetWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
  StreamWorkflowExecutionLogsRequest,
  WatchWorkflowExecutionsRequest,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { anyText } from './values.ts';

/** A request message of a method, as bytes. */
export interface GrpcRequest {
  readonly method: string;
  readonly bytes: Buffer;
}

const text = anyText.map((value) => value.toWellFormed());
const seconds = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 253402300800, 8_640_000_000_001, -8_640_000_000_001));
const time = seconds.map((value) => new Date(Math.max(-8.64e15, Math.min(8.64e15, value * 1_000))));

/** Messages of every method, most of them almost valid. */
const messages = (namespace: string): fc.Arbitrary<GrpcRequest> => {
  const parent = fc.oneof(fc.constant(`namespaces/${namespace}`), fc.constant('namespaces/-'), text);
  const name = fc.oneof(fc.constant(`namespaces/${namespace}/workflowExecutions/we-1`), text);
  const maybe = fc.oneof(fc.constant(''), text);
  return fc.oneof(
    fc
      .record({
        parent,
        workflowExecutionId: maybe,
        requestId: maybe,
        validateOnly: fc.boolean(),
        spec: anyMessageSpec,
      })
      .map(({ spec, ...rest }) =>
        encode('CreateWorkflowExecution', CreateWorkflowExecutionRequest, { ...rest, workflowExecution: { spec } }),
      ),
    fc.record({ name }).map((value) => encode('GetWorkflowExecution', GetWorkflowExecutionRequest, value)),
    fc.record({ name }).map((value) => encode('CancelWorkflowExecution', CancelWorkflowExecutionRequest, value)),
    fc
      .record({ name, uid: maybe, resourceVersion: maybe })
      .map((value) => encode('DeleteWorkflowExecution', DeleteWorkflowExecutionRequest, value)),
    fc
      .record({
        ...{ parent, pageSize: fc.integer(), pageToken: maybe, workflowId: maybe, targetResource: maybe },
        ...{ remediationRequest: maybe, labelSelector: maybe, createdAfter: time, minResourceVersion: maybe },
      })
      .map((value) => encode('ListWorkflowExecutions', ListWorkflowExecutionsRequest, value)),
    fc
      .record({ parent, resourceVersion: text, workflowExecutionId: maybe, targetResource: maybe })
      .map((value) => encode('WatchWorkflowExecutions', WatchWorkflowExecutionsRequest, value)),
    fc
      // Without follow, which would not end: nothing runs here.
      .record({ name, since: time })
      .map((value) => encode('StreamWorkflowExecutionLogs', StreamWorkflowExecutionLogsRequest, value)),
  );
};

const anyMessageSpec = fc
  .record(
    {
      targetResource: text,
      rationale: text,
      confidence: fc.double(),
      parameters: fc.dictionary(text, text, { maxKeys: 70 }),
      ttlSecondsAfterFinished: fc.integer(),
      executionConfig: fc.record({
        serviceAccountName: text,
        timeout: fc.record({ seconds: fc.maxSafeInteger(), nanos: fc.integer() }),
      }),
    },
    { requiredKeys: [] },
  )
  .map((over) => ({ ...withoutTimeout(aSpec()), ...over }));

function withoutTimeout({ executionConfig: _, ...spec }: ReturnType<typeof aSpec>) {
  return spec;
}

/** Any request: a message, a message with changed or missing bytes, or random bytes. */
export const anyGrpcRequest = (namespace: string): fc.Arbitrary<GrpcRequest> =>
  fc.oneof(
    { weight: 3, arbitrary: messages(namespace) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(messages(namespace), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
        .map(([{ method, bytes }, changes, length]) => ({ method, bytes: damaged(bytes, changes, length) })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(messages(namespace), fc.uint8Array({ maxLength: 100 }))
        .map(([{ method }, bytes]) => ({ method, bytes: Buffer.from(bytes) })),
    },
  );

function damaged(bytes: Buffer, changes: readonly (readonly [number, number])[], length: number): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
  return length % 3 === 0 ? copy.subarray(0, length % (copy.length + 1)) : copy;
}

interface Codec<T> {
  fromPartial(value: object): T;
  encode(message: T): { finish(): Uint8Array };
}

function encode<T>(method: string, codec: Codec<T>, value: object): GrpcRequest {
  return { method, bytes: Buffer.from(codec.encode(codec.fromPartial(value)).finish()) };
}
