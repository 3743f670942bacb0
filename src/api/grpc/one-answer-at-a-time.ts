import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { serviceName } from './package-definition.ts';

type Call = Parameters<ServerInterceptor>[1];

/**
 * Hands a message of a stream that is open to everybody (reflection) on only when the answers to those before are on the wire.
 * The handlers do not wait for that: somebody who asks on and reads nothing would have all answers kept in memory.
 */
export const oneAnswerAtATime: ServerInterceptor = ({ path }, call) =>
  path.startsWith(`/${serviceName}/`) ? new ServerInterceptingCall(call) : new Answering(call);

class Answering extends ServerInterceptingCall {
  private readonly unsent: UnsentAnswers;

  constructor(call: Call) {
    const unsent = new UnsentAnswers();
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message, next) => unsent.whenNone(() => next(message)))
      .build();
    super(call, { start: (next) => next(listener) });
    this.unsent = unsent;
  }

  override sendMessage(...[message, sent]: Parameters<Call['sendMessage']>): void {
    this.unsent.begin();
    super.sendMessage(message, () => {
      this.unsent.end();
      sent();
    });
  }
}

/** Answers that have been given and are not on the wire yet. */
class UnsentAnswers {
  private count = 0;
  private waiting: (() => void) | undefined;

  /** grpc-js hands on one message at a time. */
  whenNone(act: () => void): void {
    if (this.count === 0) act();
    else this.waiting = act;
  }

  begin(): void {
    this.count++;
  }

  end(): void {
    this.count--;
    const act = this.waiting;
    if (this.count > 0 || act === undefined) return;
    this.waiting = undefined;
    act();
  }
}
