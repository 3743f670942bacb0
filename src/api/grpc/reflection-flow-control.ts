import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { isOwnMethod } from './service-definition.ts';

type Call = Parameters<ServerInterceptor>[1];

/**
 * Passes a message of an anonymous stream (reflection) on only when the responses to earlier ones are sent. The handler
 * ignores backpressure: all responses of a client that does not read would be kept in memory.
 */
export const reflectionFlowControl: ServerInterceptor = ({ path }, call) =>
  isOwnMethod(path) ? new ServerInterceptingCall(call) : new OneResponseAtATime(call);

class OneResponseAtATime extends ServerInterceptingCall {
  private readonly unsent: { count: number; whenSent?: () => void };

  constructor(call: Call) {
    const unsent: OneResponseAtATime['unsent'] = { count: 0 };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message, next) => {
        // grpc-js passes on one message at a time.
        if (unsent.count === 0) next(message);
        else unsent.whenSent = () => next(message);
      })
      .build();
    super(call, { start: (next) => next(listener) });
    this.unsent = unsent;
  }

  override sendMessage(...[message, sent]: Parameters<Call['sendMessage']>): void {
    this.unsent.count += 1;
    super.sendMessage(message, () => {
      this.unsent.count -= 1;
      if (this.unsent.count === 0) this.passOn();
      sent();
    });
  }

  private passOn(): void {
    const { whenSent } = this.unsent;
    this.unsent.whenSent = undefined;
    whenSent?.();
  }
}
