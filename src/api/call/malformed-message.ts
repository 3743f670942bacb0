import { ApiError } from '../errors/api-error.ts';

/** What a handler gets in place of a request whose bytes are not one. */
export class MalformedMessage {
  constructor(readonly cause: unknown) {}
}

/** A decoder that hands on what it can not decode; gRPC would answer INTERNAL, and it is not the server's fault. */
export function lenient<T>(decode: (bytes: Buffer) => T): (bytes: Buffer) => T | MalformedMessage {
  return (bytes) => {
    try {
      return decode(bytes);
    } catch (error) {
      return new MalformedMessage(error);
    }
  };
}

/**
 * The request, when it is one.
 *
 * @throws ApiError InvalidArgument
 */
export function wellFormed<T>(request: T | MalformedMessage): T {
  if (!(request instanceof MalformedMessage)) return request;
  if (request.cause instanceof ApiError) throw request.cause;
  throw new ApiError('InvalidArgument', 'the request is not a message of its type', {}, { cause: request.cause });
}
