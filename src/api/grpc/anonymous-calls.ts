import { ServerInterceptingCall, ServerListenerBuilder, status } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { isOwnMethod } from './service-definition.ts';

type Call = Parameters<ServerInterceptor>[1];

/** The calls to health and reflection, whose handlers neither regard backpressure nor end at a shutdown. */
export class AnonymousCalls {
  private readonly open = new Set<AnonymousCall>();

  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    if (isOwnMethod(path)) return new ServerInterceptingCall(call);
    const anonymous = new AnonymousCall(call, () => this.open.delete(anonymous));
    this.open.add(anonymous);
    return anonymous;
  };

  /** Ends all of them with UNAVAILABLE. */
  endAll(): void {
    for (const call of this.open) {
      call.sendStatus({ code: status.UNAVAILABLE, details: 'this replica is shutting down' });
    }
  }
}

/**
 * Passes a message on only when the responses to earlier ones are sent: reflection would keep in memory all responses that its
 * client does not read.
 */
class AnonymousCall extends ServerInterceptingCall {
  private readonly unsent: { count: number; whenSent?: () => void };
  private readonly ended: () => void;

  constructor(call: Call, ended: () => void) {
    const unsent: AnonymousCall['unsent'] = { count: 0 };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message, next) => {
        // grpc-js passes on one message at a time.
        if (unsent.count === 0) next(message);
        else unsent.whenSent = () => next(message);
      })
      .withOnCancel(ended)
      .build();
    super(call, { start: (next) => next(listener) });
    this.unsent = unsent;
    this.ended = ended;
  }

  override sendMessage(...[message, sent]: Parameters<Call['sendMessage']>): void {
    this.unsent.count += 1;
    super.sendMessage(message, () => {
      this.unsent.count -= 1;
      if (this.unsent.count === 0) this.passOn();
      sent();
    });
  }

  override sendStatus(...[answer]: Parameters<Call['sendStatus']>): void {
    this.ended();
    super.sendStatus(answer);
  }

  private passOn(): void {
    const { whenSent } = this.unsent;
    this.unsent.whenSent = undefined;
    whenSent?.();
  }
}
