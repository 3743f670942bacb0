import { AsyncLocalStorage } from 'node:async_hooks';

/** The request of a gRPC call as it arrives. */
export class IncomingRequest {
  /** As RFC 9113 counts them (section 6.5.2). */
  metadataBytes = 0;
  /** Resets the call. */
  abort: () => void = () => undefined;
  private listener: (bytes: number) => void = () => undefined;

  /** Reports the memory that the message takes by now, in bytes. */
  take(bytes: number): void {
    this.listener(bytes);
  }

  /** Calls `listener` each time the message takes memory. */
  onTake(listener: (bytes: number) => void): void {
    this.listener = listener;
  }
}

/** The request of the call for which grpc-js runs interceptors and handlers. */
export const incomingRequest = new AsyncLocalStorage<IncomingRequest>();
