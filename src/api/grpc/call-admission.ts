import { Inject, Injectable, Logger } from '@nestjs/common';
import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { httpLimits } from '../../connections/http-limits.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { AttemptLog } from '../call/attempt-log.ts';
import { Authentication } from '../call/authentication.ts';
import { remoteOfCall } from '../call/remote.ts';
import type { BodyRoom } from '../call/body-budget.ts';
import { RequestBodies } from '../call/request-bodies.ts';
import { noteRefusal } from '../call/call-span.ts';
import { ApiError } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { maxRequestBytes, openCallBytes } from '../../config/limits.ts';
import { encodedSize } from './encoded-size.ts';
import { serviceName } from './package-definition.ts';
import { toGrpcStatus } from './status-details.ts';

type Call = Parameters<ServerInterceptor>[1];

/** The methods that change something, with the verb that an attempt is logged by. */
const changing: Readonly<Record<string, 'create' | 'patch' | 'delete'>> = {
  [`/${serviceName}/CreateWorkflowExecution`]: 'create',
  [`/${serviceName}/CancelWorkflowExecution`]: 'patch',
  [`/${serviceName}/DeleteWorkflowExecution`]: 'delete',
};

/**
 * Stands before every gRPC call: its message is read when the caller is authenticated (health and reflection are open to
 * everybody) and there is room for it, and the whole request has to be there in time. The access guard then asks what the
 * caller may do.
 */
@Injectable()
export class CallAdmission {
  private readonly logger = new Logger('ExecutionApi');

  constructor(
    private readonly authentication: Authentication,
    private readonly bodies: RequestBodies,
    private readonly attempts: AttemptLog,
    @Inject(CONFIG) private readonly config: Pick<Config, 'auth'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** grpc-js reads nothing of a call before the metadata has been passed on. */
  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    let room: BodyRoom | undefined;
    let hasEnded = false;
    const isOpen = !path.startsWith(`/${serviceName}/`);
    let size = isOpen ? openCallBytes : 0;
    const refuse = (thrown: unknown) => this.refuse(path, call, thrown);
    const stopTimer = this.clock.setTimer(httpLimits.requestTimeoutMs, () => refuse(tooSlow()));
    const admit = async (metadata: Metadata, next: (metadata: Metadata) => void): Promise<void> => {
      try {
        room = await this.reserve(path, call, metadata);
        // The end of the call has come before there was anything to release.
        if (hasEnded) return room.release();
        await room.granted;
        next(metadata);
      } catch (error) {
        refuse(error);
      }
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => void admit(metadata, next))
      .withOnReceiveMessage((message, next) => {
        size = Math.max(size, encodedSize(message) ?? 0);
        next(message);
      })
      .withOnReceiveHalfClose((next) => {
        stopTimer();
        room?.shrinkTo(size);
        next();
      })
      // grpc-js calls this at the end of every call, however it ends.
      .withOnCancel(() => {
        stopTimer();
        hasEnded = true;
        room?.release();
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };

  private async reserve(path: string, call: Call, metadata: Metadata): Promise<BodyRoom> {
    const remote = remoteOfCall(call, metadata);
    if (!path.startsWith(`/${serviceName}/`)) return this.bodies.ofAnybody.reserve(remote.address, maxRequestBytes);
    if (this.config.auth === 'none') return this.bodies.ofCallers.reserve(remote.address, maxRequestBytes);
    try {
      const { caller } = await this.authentication.authenticate(remote);
      return this.bodies.ofCallers.reserve(caller.username, maxRequestBytes);
    } catch (error) {
      const verb = changing[path];
      if (verb !== undefined) this.attempts.refusedUnread(verb, remote, error);
      throw error;
    }
  }

  private refuse(path: string, call: Call, thrown: unknown): void {
    const error = toApiError(thrown);
    noteRefusal(error);
    if (error.code === 'Internal') this.logger.error({ err: error.cause, method: path, msg: error.message });
    call.sendStatus(toGrpcStatus(error));
  }
}

function tooSlow(): ApiError {
  return new ApiError(
    'RequestTimeout',
    `a whole request has to be there within ${httpLimits.requestTimeoutMs / 1_000} s`,
  );
}
