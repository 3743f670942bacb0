import { ServerInterceptingCall, status } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { CallSpan } from '../call/call-span.ts';
import { endOfCall } from './call-end.ts';
import { serviceName } from './package-definition.ts';

/** Gives each gRPC call of this service a span; those of health and reflection have none. */
export const callSpans: ServerInterceptor = ({ path }, call) => {
  if (!path.startsWith(`/${serviceName}/`)) return new ServerInterceptingCall(call);
  let span: CallSpan | undefined;
  const { listener, responder } = endOfCall((code) => span?.end({ 'rpc.response.status_code': status[code] }));
  const within = (work: () => void): void => (span === undefined ? work() : span.run(work));
  // What a stream of HTTP/2 tells is told outside of any trace, so each part of it is brought into that of the call.
  const listening = listener
    .withOnReceiveMetadata((metadata, next) => {
      span = new CallSpan({ name: path.slice(1), transport: 'gRPC', traceparent: metadata.get('traceparent') });
      within(() => next(metadata));
    })
    .withOnReceiveMessage((message, next) => within(() => next(message)))
    .withOnReceiveHalfClose((next) => within(next))
    .build();
  return new ServerInterceptingCall(call, responder.withStart((next) => next(listening)).build());
};
