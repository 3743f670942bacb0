import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fileDescriptorSets } from '../generated/descriptors.ts';
import { WorkflowExecutionServiceService } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { lenient } from './malformed-message.ts';

/** The package of the service. */
export const protoPackage = 'kubernaut.workflowexecution.v1';

/** Name of the service on the wire. */
export const serviceName = `${protoPackage}.WorkflowExecutionService`;

/**
 * The service with its generated codecs, so that handlers get and give exactly the generated types. Nest finds the
 * handler of a method by the method's name in the .proto file.
 */
export function serviceDefinition(): ServiceDefinition {
  const codecs: ServiceDefinition = WorkflowExecutionServiceService;
  const methods = Object.values(codecs).map((method) => ({
    ...method,
    requestDeserialize: lenient<object>(method.requestDeserialize),
  }));
  return Object.fromEntries(methods.map((method) => [method.path.split('/').at(-1) ?? '', method]));
}

/** The serialized google.protobuf.FileDescriptorProtos of everything that reflection tells of. */
export function fileDescriptors(): Buffer[] {
  return fileDescriptorSets.flatMap((set) => filesIn(Buffer.from(set, 'base64')));
}

/** A FileDescriptorSet has one field: `repeated FileDescriptorProto file = 1`. */
function filesIn(set: Buffer): Buffer[] {
  const reader = new BinaryReader(set);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [, type] = reader.tag();
    if (type !== WireType.LengthDelimited) throw new Error('not a FileDescriptorSet');
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
