import { ResponderBuilder, ServerListenerBuilder, status } from '@grpc/grpc-js';

/** What an interceptor is built of that is told of the end of a call. */
export interface EndOfCall {
  readonly listener: ServerListenerBuilder;
  readonly responder: ResponderBuilder;
}

/** Tells once how a call has ended: with the status that is sent, or CANCELLED when its caller goes away (its deadline, too). */
export function endOfCall(ended: (code: status) => void): EndOfCall {
  let isOpen = true;
  const end = (code: status): void => {
    if (isOpen) ended(code);
    isOpen = false;
  };
  return {
    listener: new ServerListenerBuilder().withOnCancel(() => end(status.CANCELLED)),
    responder: new ResponderBuilder().withSendStatus((sent, next) => {
      end(sent.code ?? status.UNKNOWN);
      next(sent);
    }),
  };
}
