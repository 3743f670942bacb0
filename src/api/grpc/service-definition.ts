import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { WorkflowExecutionServiceService } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { plainJsonLimits } from '../validation/validation.pipe.ts';

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

const methods: ServiceDefinition = WorkflowExecutionServiceService;

/** Paths of the methods with a single response. */
export const unaryPaths: ReadonlySet<string> = new Set(
  Object.values(methods)
    .filter(({ responseStream }) => !responseStream)
    .map(({ path }) => path),
);

/** Path of the watch. */
export const watchPath = WorkflowExecutionServiceService.watchWorkflowExecutions.path;

/** The service by the method names of the .proto file, as Nest expects, with the generated codecs. */
export function serviceDefinition(): ServiceDefinition {
  return Object.fromEntries(
    Object.values(methods).map((method): [string, ServiceDefinition[string]] => [
      method.path.split('/').at(-1) ?? '',
      {
        ...method,
        requestDeserialize: (bytes: Buffer) => decodeRequest(method, bytes),
        responseSerialize: (message: unknown) =>
          message instanceof EncodedMessage ? message.bytes : method.responseSerialize(message),
      },
    ]),
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
    readonly message: unknown,
  ) {}
}

/** Decodes without throwing: grpc-js would answer INTERNAL, but a malformed request is the client's error. */
export function decodeRequest({ requestDeserialize }: ServiceDefinition[string], bytes: Buffer): DecodedRequest {
  try {
    // Generated decoders accept a reader in place of bytes.
    const message: unknown = Reflect.apply(requestDeserialize, undefined, [new RequestReader(bytes)]);
    return new DecodedRequest(bytes.length, message);
  } catch (cause) {
    const malformed = new ApiError('InvalidArgument', 'the request message cannot be decoded', {}, { cause });
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
