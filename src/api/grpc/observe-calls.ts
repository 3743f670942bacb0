import { ResponderBuilder, ServerInterceptingCall, ServerListenerBuilder, status } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import type { CallObserver, ObservedCall } from '../call/call-observer.ts';
import { isOwnMethod } from './service-definition.ts';

/**
 * Observes gRPC calls of existing methods from their headers until their status is sent or they are canceled. Calls of
 * health and reflection have no span. grpc-js refuses other methods before it calls interceptors.
 */
export function observeCalls(observer: CallObserver): ServerInterceptor {
  return ({ path }, call) => {
    let observed: ObservedCall | undefined;
    // Events of HTTP/2 streams are emitted outside of any trace.
    const run = (work: () => void): void => (observed === undefined ? work() : observed.run(work));
    const end = (code: status): void => {
      const [, grpc_service = '', grpc_method = ''] = path.split('/');
      const grpc_code = status[code];
      observed?.end({ grpc_service, grpc_method, grpc_code }, { 'rpc.response.status_code': grpc_code });
      observed = undefined;
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const spanName = isOwnMethod(path) ? path.slice(1) : undefined;
        observed = observer.start({ transport: 'gRPC', spanName, traceparent: metadata.get('traceparent') });
        run(() => next(metadata));
      })
      .withOnReceiveMessage((message, next) => run(() => next(message)))
      .withOnReceiveHalfClose((next) => run(next))
      .withOnCancel(() => end(status.CANCELLED))
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((sent, next) => {
        end(sent.code ?? status.UNKNOWN);
        next(sent);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}
