import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { Payload } from '@nestjs/microservices';
import { ApiError, invalidField } from '../errors/api-error.ts';
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
import { plainJsonLimits } from '../validation/plain-json.ts';

/** The package of the service. */
export const protoPackage = 'kubernaut.workflowexecution.v1';

/** Name of the service within its package, for the decorators of handlers. */
export const grpcService = 'WorkflowExecutionService';

/** Full name of the service. */
export const serviceName = `${protoPackage}.${grpcService}`;

/** Whether a path, `/package.Service/Method`, is one of this service rather than of health or reflection. */
export function isOwnMethod(path: string): boolean {
  return path.startsWith(`/${serviceName}/`);
}

/** Request types by method name in the .proto file, which is how Nest finds the handler, too. */
const requests: Readonly<Record<string, { decode(input: BinaryReader): object }>> = {
  CreateWorkflowExecution: CreateWorkflowExecutionRequest,
  GetWorkflowExecution: GetWorkflowExecutionRequest,
  ListWorkflowExecutions: ListWorkflowExecutionsRequest,
  WatchWorkflowExecutions: WatchWorkflowExecutionsRequest,
  CancelWorkflowExecution: CancelWorkflowExecutionRequest,
  DeleteWorkflowExecution: DeleteWorkflowExecutionRequest,
  StreamWorkflowExecutionLogs: StreamWorkflowExecutionLogsRequest,
};

/** Paths of the methods with a single response. */
export const unaryPaths: ReadonlySet<string> = new Set(
  Object.values<ServiceDefinition[string]>(WorkflowExecutionServiceService)
    .filter(({ responseStream }) => !responseStream)
    .map(({ path }) => path),
);

/** The service with its generated codecs, so that handlers take and return the generated types. */
export function serviceDefinition(): ServiceDefinition {
  const methods: ServiceDefinition = WorkflowExecutionServiceService;
  return Object.fromEntries(
    Object.values(methods).map((method) => {
      const name = method.path.split('/').at(-1) ?? '';
      const request = requests[name];
      if (request === undefined) throw new Error(`${name} has no request type`);
      const responseSerialize = (message: unknown) =>
        message instanceof EncodedMessage ? message.bytes : method.responseSerialize(message);
      return [
        name,
        { ...method, requestDeserialize: (bytes: Buffer) => decodeRequest(request, bytes), responseSerialize },
      ];
    }),
  );
}

/** A response that its handler has encoded, because many callers get it. */
export class EncodedMessage {
  constructor(readonly bytes: Buffer) {}
}

/** A request as far as it could be decoded, for CallAdmission. */
export class DecodedRequest {
  /**
   * @param bytes size on the wire
   * @param message the request, or why it is malformed
   */
  constructor(
    readonly bytes: number,
    readonly message: object,
  ) {}
}

/** Decodes without throwing: grpc-js would answer INTERNAL, but a malformed request is the client's error. */
export function decodeRequest(type: { decode(input: BinaryReader): object }, bytes: Buffer): DecodedRequest {
  try {
    return new DecodedRequest(bytes.length, type.decode(new RequestReader(bytes)));
  } catch (cause) {
    const malformed = new ApiError('InvalidArgument', 'the request is not a message of its type', {}, { cause });
    return new DecodedRequest(bytes.length, cause instanceof ApiError ? cause : malformed);
  }
}

/**
 * The most numbers in a request: tags, lengths and values. A map entry has six, so no request within {@link plainJsonLimits}
 * has more.
 */
const maxNumbers = 10 * plainJsonLimits.values;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws for invalid UTF-8 instead of replacing it, and for more values than a request may have, before it has read them. */
class RequestReader extends BinaryReader {
  constructor(bytes: Uint8Array) {
    super(bytes, (text) => strictUtf8.decode(text));
    const read = this.uint32.bind(this);
    let left: number = maxNumbers;
    // All varints are read by this method.
    this.uint32 = () => {
      if (--left < 0) throw invalidField([], plainJsonLimits.tooManyValues);
      return read();
    };
  }
}

/**
 * Injects the command of a request into a handler.
 *
 * @param parse maps the request message
 */
export function ParsedRequest<Request, Command>(parse: (request: Request) => Command | Promise<Command>) {
  return Payload({ transform: parse });
}

/** The serialized google.protobuf.FileDescriptorProtos for reflection. */
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
