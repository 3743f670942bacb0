import { create, createFileRegistry, fromBinary, ScalarType, toBinary } from '@bufbuild/protobuf';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { fileDescriptorProtos } from '../../../src/api/generated/descriptors.ts';
import { serviceName } from '../../../src/api/grpc/service-definition.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { anyText } from './values.ts';

/** A request message of a method, as bytes. */
export interface GrpcRequest {
  readonly method: string;
  readonly bytes: Buffer;
}

type Fields = Readonly<Record<string, unknown>>;

const file = fileDescriptorProtos.map((base64) => fromBinary(FileDescriptorProtoSchema, Buffer.from(base64, 'base64')));
const methods = createFileRegistry(create(FileDescriptorSetSchema, { file })).getService(serviceName)?.methods ?? [];

const text = anyText.map((value) => value.toWellFormed());
/** Also the seconds of a Timestamp or a Duration: around the years 1970, 9999 and the limits of Date. */
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, -1n, 253402300800n, 8_640_000_000_001n, -8_640_000_000_001n),
);

/** Also numbers that no enum has. */
const anyEnumNumber = fc.integer({ min: -1, max: 20 });

/** Messages of every method: valid ones with up to three fields replaced. */
const messages = (namespace: string): fc.Arbitrary<GrpcRequest> => {
  const valid: Fields = {
    parent: `namespaces/${namespace}`,
    name: `namespaces/${namespace}/workflowExecutions/we-1`,
    workflowExecution: { spec },
  };
  const parent = fc.constantFrom({}, { parent: 'namespaces/-' });
  return fc.oneof(
    ...methods.map(({ name, input }) =>
      fc
        .tuple(parent, changesOf(input))
        .map(([other, changes]) => ({ ...valid, ...other, ...changes }))
        .map((fields) => ({ method: name, bytes: encode(input, fields) })),
    ),
  );
};

const spec = { ...aSpec() };
/** What is valid in a nested message. */
const nested: Readonly<Record<string, Fields>> = { WorkflowExecution: { spec }, WorkflowExecutionSpec: spec };

/** Values for some fields of a message, but not for `follow`, without which a log ends: nothing runs here. */
function changesOf({ fields }: DescMessage): fc.Arbitrary<Fields> {
  const replaceable = fields.filter(({ name }) => name !== 'follow');
  return fc
    .uniqueArray(fc.constantFrom(...replaceable), { maxLength: 3 })
    .chain((some) => fc.record(Object.fromEntries(some.map((field) => [field.localName, valueOf(field)]))));
}

function valueOf(field: DescField): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'message':
      return messageOf(field.message);
    case 'enum':
      return anyEnumNumber;
    case 'list':
      return fc.array(elementOf(field), { maxLength: 3 });
    case 'map':
      return fc.dictionary(text, text, { maxKeys: 70 });
    case 'scalar':
      return scalarOf(field.scalar);
  }
}

function elementOf(list: DescField & { fieldKind: 'list' }): fc.Arbitrary<unknown> {
  switch (list.listKind) {
    case 'message':
      return messageOf(list.message);
    case 'enum':
      return anyEnumNumber;
    case 'scalar':
      return scalarOf(list.scalar);
  }
}

function messageOf(message: DescMessage): fc.Arbitrary<Fields> {
  return changesOf(message).map((changes) => ({ ...nested[message.name], ...changes }));
}

function scalarOf(type: ScalarType): fc.Arbitrary<unknown> {
  if (type === ScalarType.STRING) return text;
  if (type === ScalarType.BOOL) return fc.boolean();
  if (type === ScalarType.INT32) return fc.integer();
  if (type === ScalarType.INT64) return int64;
  if (type === ScalarType.DOUBLE) return fc.double();
  throw new Error(`No values for fields of type ${ScalarType[type]}`);
}

/** Encodes those of the fields that the message has. */
function encode(message: DescMessage, fields: Fields): Buffer {
  const known = message.fields.map(({ localName }) => localName).filter((name) => name in fields);
  const values = Object.fromEntries(known.map((name) => [name, fields[name]]));
  return Buffer.from(toBinary(message, create(message, values)));
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
