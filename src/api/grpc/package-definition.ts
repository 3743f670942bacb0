import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fileDescriptorSets } from '../generated/descriptors.ts';
import {
  CancelWorkflowExecutionRequest,
  CreateWorkflowExecutionRequest,
  DeleteWorkflowExecutionRequest,
  GetWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
  StreamWorkflowExecutionLogsRequest,
  WatchWorkflowExecutionsRequest,
  WorkflowExecutionServiceService,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { alsoEncoded } from './encoded-message.ts';
import { measured } from './encoded-size.ts';
import { lenient } from '../call/malformed-message.ts';
import { RequestReader } from './request-reader.ts';

/** The package of the service. */
export const protoPackage = 'kubernaut.workflowexecution.v1';

/** Name of the service within its package; handlers name it. */
export const grpcService = 'WorkflowExecutionService';

/** Name of the service on the wire. */
export const serviceName = `${protoPackage}.${grpcService}`;

/** The request of each method, by the method's name in the .proto file; that is how Nest finds the handler too. */
const requests: Readonly<Record<string, { decode(input: BinaryReader): object }>> = {
  CreateWorkflowExecution: CreateWorkflowExecutionRequest,
  GetWorkflowExecution: GetWorkflowExecutionRequest,
  ListWorkflowExecutions: ListWorkflowExecutionsRequest,
  WatchWorkflowExecutions: WatchWorkflowExecutionsRequest,
  CancelWorkflowExecution: CancelWorkflowExecutionRequest,
  DeleteWorkflowExecution: DeleteWorkflowExecutionRequest,
  StreamWorkflowExecutionLogs: StreamWorkflowExecutionLogsRequest,
};

/** The service with its generated codecs, so that handlers get and give exactly the generated types. */
export function serviceDefinition(): ServiceDefinition {
  const methods: ServiceDefinition = WorkflowExecutionServiceService;
  return Object.fromEntries(
    Object.values(methods).map((method) => {
      const name = method.path.split('/').at(-1) ?? '';
      const request = requests[name];
      if (request === undefined) throw new Error(`say what ${name} takes`);
      return [
        name,
        {
          ...method,
          requestDeserialize: measured(lenient((bytes) => request.decode(new RequestReader(bytes)))),
          responseSerialize: alsoEncoded(method.responseSerialize),
        },
      ];
    }),
  );
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
